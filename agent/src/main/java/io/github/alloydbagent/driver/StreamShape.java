package io.github.alloydbagent.driver;

import java.util.LinkedHashMap;
import java.util.Map;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.FieldVisitor;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/**
 * How a driver's {@code PGStream} opens sockets: read from its byte code before anything is woven.
 *
 * <p>Known are the shapes of 7.4 to 42.7.14. Whatever else opens a socket, anywhere in the class,
 * makes its constructors unknown: better to refuse a mapped host than to miss a connection.
 */
final class StreamShape extends ClassVisitor {

  private static final String SOCKET = "java/net/Socket";
  private static final String ADDRESS = "java/net/InetSocketAddress";
  private static final String INIT = "<init>";

  private final Map<String, StreamConstructor> constructors =
      new LinkedHashMap<String, StreamConstructor>();
  private String name = "";
  private String superName = "";
  private boolean usesFactory;
  private boolean usesSockets;
  private boolean hasProtocol;
  private boolean odd;

  private StreamShape() {
    super(Opcodes.ASM9);
  }

  static StreamShape of(ClassReader reader) {
    StreamShape shape = new StreamShape();
    reader.accept(shape, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    return shape;
  }

  Iterable<StreamConstructor> constructors() {
    return constructors.values();
  }

  StreamConstructor constructor(String descriptor) {
    StreamConstructor found = constructors.get(descriptor);
    if (found == null) {
      throw new IllegalStateException(descriptor);
    }
    return found;
  }

  StreamConstructor.Weaving weaving(StreamConstructor constructor) {
    StreamConstructor.Weaving weaving = constructor.weaving(usesFactory);
    return odd && weaving != StreamConstructor.Weaving.NONE
        ? StreamConstructor.Weaving.REFUSE
        : weaving;
  }

  /**
   * Whether this may be a driver's stream under whatever name: it has to do with sockets, and
   * either opens them like one or has a method of one that reads or writes the protocol's integers.
   * Other products may have a class of this name.
   */
  boolean resemblesDriver() {
    if (!usesSockets) {
      return false;
    }
    boolean opens = hasProtocol;
    for (StreamConstructor constructor : constructors()) {
      StreamConstructor.Weaving weaving = constructor.weaving(usesFactory);
      opens |=
          weaving != StreamConstructor.Weaving.NONE && weaving != StreamConstructor.Weaving.REFUSE;
    }
    return opens;
  }

  private void look(String descriptor) {
    usesSockets |=
        descriptor.contains("Ljava/net/Socket;")
            || descriptor.contains("Ljavax/net/SocketFactory;")
            || descriptor.contains("Ljava/nio/channels/");
  }

  private static boolean isProtocol(String method) {
    // sendInteger4 since 9.4.1209, SendInteger4 since 8.0, SendInteger in 7.4
    return method.equals("sendInteger4")
        || method.equals("receiveInteger4")
        || method.equals("SendInteger4")
        || method.equals("ReceiveInteger4")
        || method.equals("ReceiveIntegerR")
        || method.equals("SendInteger");
  }

  @Override
  public @Nullable FieldVisitor visitField(
      int access,
      String field,
      String descriptor,
      @Nullable String signature,
      @Nullable Object value) {
    look(descriptor);
    return null;
  }

  @Override
  public void visit(
      int version,
      int access,
      String name,
      @Nullable String signature,
      @Nullable String superName,
      String @Nullable [] interfaces) {
    this.name = name;
    this.superName = superName == null ? "" : superName;
  }

  @Override
  public MethodVisitor visitMethod(
      int access,
      String method,
      String descriptor,
      @Nullable String signature,
      String @Nullable [] exceptions) {
    look(descriptor);
    hasProtocol |= isProtocol(method);
    StreamConstructor constructor = null;
    if (method.equals(INIT)) {
      constructor = new StreamConstructor(name, descriptor);
      constructors.put(descriptor, constructor);
    }
    return new Code(constructor);
  }

  /** Reads one method. */
  private final class Code extends MethodVisitor {

    private final @Nullable StreamConstructor constructor;
    private final int arguments;
    private @Nullable String created; // by the instruction before this one
    private int pairs; // new and dup without its constructor's call so far
    private int newStreams;

    Code(@Nullable StreamConstructor constructor) {
      super(Opcodes.ASM9);
      this.constructor = constructor;
      this.arguments =
          constructor == null ? 0 : Type.getArgumentsAndReturnSizes(constructor.descriptor) >> 2;
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      created = null;
      if (opcode == Opcodes.NEW) {
        created = type;
        if (type.equals(name)) {
          newStreams++;
        }
      }
    }

    @Override
    public void visitInsn(int opcode) {
      if (opcode == Opcodes.DUP && created != null && isSubstituted(created)) {
        pairs++;
      }
      created = null;
    }

    @Override
    public void visitVarInsn(int opcode, int variable) {
      created = null;
      if (constructor != null
          && opcode >= Opcodes.ISTORE
          && opcode <= Opcodes.ASTORE
          && variable < arguments) {
        constructor.odd = true; // what is loaded from it later is not the argument
      }
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String method, String descriptor, boolean isInterface) {
      created = null;
      usesSockets |= owner.equals(SOCKET);
      look(descriptor);
      if (opcode == Opcodes.INVOKESPECIAL && method.equals(INIT)) {
        construction(owner, descriptor);
      } else if (owner.equals(StreamConstructor.SOCKET_FACTORY) && method.equals("createSocket")) {
        usesFactory = true;
      } else if ((owner.startsWith("java/nio/channels/") && method.equals("open"))
          || (owner.endsWith("SocketFactory") && method.equals("getDefault"))) {
        odd = true;
      }
    }

    private void construction(String owner, String descriptor) {
      if (isSubstituted(owner) && --pairs < 0) {
        pairs = 0;
        odd = true; // not the usual new, dup, arguments: nothing to put another in its place
      }
      if (constructor == null) {
        odd |= owner.equals(SOCKET);
        return;
      }
      if (owner.equals(SOCKET)) {
        if (descriptor.equals("()V")) {
          constructor.unconnected++;
        } else if (descriptor.equals("(Ljava/lang/String;I)V")) {
          constructor.connected++;
        } else {
          odd = true;
        }
        odd |= constructor.isCopy();
      } else if (owner.equals(ADDRESS)) {
        if (descriptor.equals("(Ljava/lang/String;I)V")) {
          constructor.addresses++;
        } else {
          constructor.otherAddresses++;
        }
      } else if (owner.equals(name) && newStreams-- == 0) {
        constructor.delegates = true;
      } else if (owner.equals(superName)) {
        constructor.callsSuper = true;
      }
    }

    private boolean isSubstituted(String type) {
      return type.equals(SOCKET) || type.equals(ADDRESS);
    }
  }
}
