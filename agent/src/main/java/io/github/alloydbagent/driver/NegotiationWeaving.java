package io.github.alloydbagent.driver;

import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/**
 * Weaves the hook {@link DriverHooks#IS_TUNNEL} into a driver's {@code ConnectionFactoryImpl}: the
 * methods that request TLS or GSS encryption from the server return their stream unchanged if it is
 * already a tunnel.
 */
final class NegotiationWeaving extends ClassVisitor {

  private int version;
  private int woven;

  NegotiationWeaving(ClassVisitor to) {
    super(Opcodes.ASM9, to);
  }

  /** Returns the number of methods that have the known shape. */
  int woven() {
    return woven;
  }

  @Override
  public void visit(
      int version,
      int access,
      String name,
      @Nullable String signature,
      @Nullable String superName,
      String @Nullable [] interfaces) {
    this.version = version & 0xffff;
    super.visit(version, access, name, signature, superName, interfaces);
  }

  @Override
  public MethodVisitor visitMethod(
      int access,
      String name,
      String descriptor,
      @Nullable String signature,
      String @Nullable [] exceptions) {
    MethodVisitor code = super.visitMethod(access, name, descriptor, signature, exceptions);
    if (!negotiates(name, descriptor) || (access & Opcodes.ACC_ABSTRACT) != 0) {
      return code;
    }
    woven++;
    return new Code(code, descriptor, (access & Opcodes.ACC_STATIC) == 0 ? 1 : 0);
  }

  private static boolean negotiates(String name, String descriptor) {
    if (!name.equals("enableSSL") && !name.equals("enableGSSEncrypted")) {
      return false;
    }
    Type[] parameters = Type.getArgumentTypes(descriptor);
    return parameters.length > 0
        && parameters[0].getSort() == Type.OBJECT
        && parameters[0].getInternalName().endsWith("/core/PGStream")
        && parameters[0].equals(Type.getReturnType(descriptor));
  }

  /** Weaves one method. */
  private final class Code extends MethodVisitor {

    private final String stream;
    private final int variable;

    Code(MethodVisitor to, String descriptor, int variable) {
      super(Opcodes.ASM9, to);
      this.stream = Type.getReturnType(descriptor).getInternalName();
      this.variable = variable;
    }

    @Override
    public void visitCode() {
      super.visitCode();
      HookCall hook = new HookCall(mv);
      hook.begin(DriverHooks.IS_TUNNEL, 1);
      hook.argument(1);
      super.visitVarInsn(Opcodes.ALOAD, variable);
      super.visitMethodInsn(
          Opcodes.INVOKEVIRTUAL, stream, "getSocket", "()Ljava/net/Socket;", false);
      hook.store();
      hook.call();
      super.visitTypeInsn(Opcodes.CHECKCAST, "java/lang/Boolean");
      super.visitMethodInsn(
          Opcodes.INVOKEVIRTUAL, "java/lang/Boolean", "booleanValue", "()Z", false);
      Label notTunnel = new Label();
      super.visitJumpInsn(Opcodes.IFEQ, notTunnel);
      super.visitVarInsn(Opcodes.ALOAD, variable);
      super.visitInsn(Opcodes.ARETURN);
      super.visitLabel(notTunnel);
      if (version >= Opcodes.V1_6) {
        super.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
      }
      super.visitInsn(
          Opcodes.NOP); // keeps this frame apart from one at the method's first instruction
    }

    @Override
    public void visitMaxs(int maxStack, int maxLocals) {
      super.visitMaxs(maxStack + HookCall.STACK, maxLocals);
    }
  }
}
