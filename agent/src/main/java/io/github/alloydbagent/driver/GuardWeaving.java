package io.github.alloydbagent.driver;

import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/**
 * Weaves a second guard, independent of the stream's own weaving, into the classes that create
 * streams: each new {@code PGStream} is checked before the driver can send a byte through it, for
 * login and for cancel. It covers a stream class that was loaded without the agent's changes, or
 * lost them to another agent.
 */
final class GuardWeaving extends ClassVisitor {

  private static final String STREAM = "/core/PGStream";
  private static final String HOST_SPEC = "/HostSpec";
  private static final String STRING_TYPE = "Ljava/lang/String;";

  private final String driver;
  private final String stream;
  private final String hostSpec;
  private final boolean hasGetters;
  private int woven;
  private int unguarded;

  /**
   * @param driver as messages name the class
   * @param root the driver's package with slashes, such as {@code org/postgresql}
   * @param hasGetters false for the streams of 7.4, which have public fields instead
   */
  GuardWeaving(ClassVisitor to, String driver, String root, boolean hasGetters) {
    super(Opcodes.ASM9, to);
    this.driver = driver;
    this.stream = root + STREAM;
    this.hostSpec = root + "/util" + HOST_SPEC;
    this.hasGetters = hasGetters;
  }

  /** How many new streams are guarded. */
  int woven() {
    return woven;
  }

  /** How many are created in a way that no known driver has, and are not guarded. */
  int unguarded() {
    return unguarded;
  }

  @Override
  public MethodVisitor visitMethod(
      int access,
      String name,
      String descriptor,
      @Nullable String signature,
      String @Nullable [] exceptions) {
    return new Code(super.visitMethod(access, name, descriptor, signature, exceptions));
  }

  /** Weaves one method. */
  private final class Code extends MethodVisitor {

    private boolean isNew; // the instruction before this one created a stream
    private int pairs; // new and dup without its constructor's call so far
    private boolean changed;

    Code(MethodVisitor to) {
      super(Opcodes.ASM9, to);
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      isNew = opcode == Opcodes.NEW && type.equals(stream);
      super.visitTypeInsn(opcode, type);
    }

    @Override
    public void visitInsn(int opcode) {
      if (isNew && opcode == Opcodes.DUP) {
        pairs++;
      }
      isNew = false;
      super.visitInsn(opcode);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
      if (opcode != Opcodes.INVOKESPECIAL || !name.equals("<init>") || !owner.equals(stream)) {
        return;
      }
      String spec = hostSpec(descriptor);
      if (pairs == 0 || (spec == null && !descriptor.startsWith("(" + STRING_TYPE + "I"))) {
        unguarded++;
      } else {
        guard(spec);
      }
      pairs = Math.max(0, pairs - 1);
    }

    /** Where a stream of this constructor has its host: in this type, or by itself if null. */
    private @Nullable String hostSpec(String constructor) {
      for (Type parameter : Type.getArgumentTypes(constructor)) {
        if (parameter.getSort() != Type.OBJECT) {
          continue;
        }
        if (parameter.getInternalName().endsWith(HOST_SPEC)) {
          return parameter.getInternalName();
        }
        if (parameter.getInternalName().equals(stream)) { // a second connection to the same host
          return hostSpec;
        }
      }
      return null;
    }

    /** The stream is on the stack, and stays there. */
    private void guard(@Nullable String spec) {
      woven++;
      changed = true;
      boolean fields = !hasGetters;
      super.visitInsn(Opcodes.DUP);
      get(stream, fields, "connection", "getSocket", "Ljava/net/Socket;");
      super.visitInsn(Opcodes.DUP2);
      super.visitInsn(Opcodes.POP); // stream, socket, stream
      String owner = stream;
      if (spec != null) {
        owner = spec;
        get(stream, false, "", "getHostSpec", "L" + spec + ";");
      }
      HookCall hook = new HookCall(mv);
      super.visitInsn(Opcodes.DUP);
      get(owner, fields, "port", "getPort", "I");
      hook.box();
      super.visitInsn(Opcodes.SWAP);
      get(owner, fields, "host", "getHost", STRING_TYPE); // stream, socket, port, host
      hook.begin(Hook.GUARD, 4);
      hook.argumentBelow(3);
      hook.argumentBelow(4);
      hook.argumentBelow(2);
      hook.argument(1);
      super.visitLdcInsn(driver);
      hook.store();
      hook.call();
      super.visitInsn(Opcodes.POP);
    }

    private void get(String owner, boolean field, String name, String getter, String type) {
      if (field) {
        super.visitFieldInsn(Opcodes.GETFIELD, owner, name, type);
      } else {
        super.visitMethodInsn(Opcodes.INVOKEVIRTUAL, owner, getter, "()" + type, false);
      }
    }

    @Override
    public void visitMaxs(int maxStack, int maxLocals) {
      super.visitMaxs(changed ? maxStack + 4 + HookCall.STACK : maxStack, maxLocals);
    }
  }
}
