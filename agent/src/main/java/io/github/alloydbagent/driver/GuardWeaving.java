package io.github.alloydbagent.driver;

import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/**
 * Weaves a second guard, independent of the weaving of the stream, into the classes that create
 * streams. The guard checks each new {@code PGStream} before the driver can send a byte through it,
 * for login and for cancel requests. It covers stream classes that were loaded without the agent's
 * changes or lost them to another agent.
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
   * @param driver the class as messages name it
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

  /** Returns the number of places that create a stream and are guarded. */
  int woven() {
    return woven;
  }

  /**
   * Returns the number of places that create a stream in a way that no known driver does, and are
   * not guarded.
   */
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

    private boolean isAfterNew; // whether the previous instruction was the stream's new
    private int pendingPairs; // pairs of new and dup whose constructor is not called yet
    private boolean isChanged;

    Code(MethodVisitor to) {
      super(Opcodes.ASM9, to);
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      isAfterNew = opcode == Opcodes.NEW && type.equals(stream);
      super.visitTypeInsn(opcode, type);
    }

    @Override
    public void visitInsn(int opcode) {
      if (isAfterNew && opcode == Opcodes.DUP) {
        pendingPairs++;
      }
      isAfterNew = false;
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
      if (pendingPairs == 0 || (spec == null && !descriptor.startsWith("(" + STRING_TYPE + "I"))) {
        unguarded++;
      } else {
        guard(spec);
      }
      pendingPairs = Math.max(0, pendingPairs - 1);
    }

    /**
     * Returns the type from which a stream with this constructor gets its host, or null if the
     * stream has the host itself.
     */
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

    /** Emits the check of the stream on the stack, and leaves the stream there. */
    private void guard(@Nullable String spec) {
      woven++;
      isChanged = true;
      boolean useFields = !hasGetters;
      super.visitInsn(Opcodes.DUP);
      readProperty(stream, useFields, "connection", "getSocket", "Ljava/net/Socket;");
      super.visitInsn(Opcodes.DUP2);
      super.visitInsn(Opcodes.POP); // stream, socket, stream
      String owner = stream;
      if (spec != null) {
        owner = spec;
        readProperty(stream, false, "", "getHostSpec", "L" + spec + ";");
      }
      HookCall hook = new HookCall(mv);
      super.visitInsn(Opcodes.DUP);
      readProperty(owner, useFields, "port", "getPort", "I");
      hook.box();
      super.visitInsn(Opcodes.SWAP);
      readProperty(owner, useFields, "host", "getHost", STRING_TYPE); // stream, socket, port, host
      hook.begin(DriverHooks.GUARD, 4);
      hook.argumentBelow(3);
      hook.argumentBelow(4);
      hook.argumentBelow(2);
      hook.argument(1);
      super.visitLdcInsn(driver);
      hook.store();
      hook.call();
      super.visitInsn(Opcodes.POP);
    }

    private void readProperty(
        String owner, boolean isField, String name, String getter, String type) {
      if (isField) {
        super.visitFieldInsn(Opcodes.GETFIELD, owner, name, type);
      } else {
        super.visitMethodInsn(Opcodes.INVOKEVIRTUAL, owner, getter, "()" + type, false);
      }
    }

    @Override
    public void visitMaxs(int maxStack, int maxLocals) {
      super.visitMaxs(isChanged ? maxStack + 4 + HookCall.STACK : maxStack, maxLocals);
    }
  }
}
