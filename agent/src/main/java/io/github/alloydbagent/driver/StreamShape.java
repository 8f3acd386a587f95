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
 * Describes how a driver's {@code PGStream} opens sockets, based on its bytecode before weaving.
 *
 * <p>The known shapes are those of 7.4 to 42.7.14. Any other code that opens a socket, anywhere in
 * the class, makes the constructors unknown: refusing a mapped host is better than missing a
 * connection.
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
  private boolean hasProtocolMethods;
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
   * Returns whether this may be a driver's stream in an unknown package: it uses sockets, and
   * either opens them like a known driver or has one of the methods that read or write the
   * protocol's integers. Other products may have a class of the same name.
   */
  boolean resemblesDriver() {
    if (!usesSockets) {
      return false;
    }
    boolean opens = hasProtocolMethods;
    for (StreamConstructor constructor : constructors()) {
      StreamConstructor.Weaving weaving = constructor.weaving(usesFactory);
      opens |=
          weaving != StreamConstructor.Weaving.NONE && weaving != StreamConstructor.Weaving.REFUSE;
    }
    return opens;
  }

  private void recordTypes(String descriptor) {
    usesSockets |=
        descriptor.contains("Ljava/net/Socket;")
            || descriptor.contains("Ljavax/net/SocketFactory;")
            || descriptor.contains("Ljava/nio/channels/");
  }

  private static boolean isProtocolMethod(String method) {
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
    recordTypes(descriptor);
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
    recordTypes(descriptor);
    hasProtocolMethods |= isProtocolMethod(method);
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
    private @Nullable String created; // by the previous instruction
    private int pendingPairs; // pairs of new and dup whose constructor is not called yet
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
      if (opcode == Opcodes.DUP && created != null && isReplaceable(created)) {
        pendingPairs++;
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
        constructor.odd = true; // the variable no longer holds the argument
      }
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String method, String descriptor, boolean isInterface) {
      created = null;
      usesSockets |= owner.equals(SOCKET);
      recordTypes(descriptor);
      if (opcode == Opcodes.INVOKESPECIAL && method.equals(INIT)) {
        visitConstructorCall(owner, descriptor);
      } else if (owner.equals(StreamConstructor.SOCKET_FACTORY) && method.equals("createSocket")) {
        usesFactory = true;
      } else if ((owner.startsWith("java/nio/channels/") && method.equals("open"))
          || (owner.endsWith("SocketFactory") && method.equals("getDefault"))) {
        odd = true;
      }
    }

    private void visitConstructorCall(String owner, String descriptor) {
      if (isReplaceable(owner) && --pendingPairs < 0) {
        pendingPairs = 0;
        odd = true; // not the usual new, dup, arguments: the object cannot be replaced
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

    private boolean isReplaceable(String type) {
      return type.equals(SOCKET) || type.equals(ADDRESS);
    }
  }
}
