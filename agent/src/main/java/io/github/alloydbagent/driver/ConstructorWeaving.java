package io.github.alloydbagent.driver;

import io.github.alloydbagent.driver.StreamConstructor.Weaving;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;

/** Weaves one constructor of a {@code PGStream}. */
final class ConstructorWeaving extends MethodVisitor {

  private static final String SOCKET = "java/net/Socket";
  private static final String ADDRESS = "java/net/InetSocketAddress";

  private final StreamConstructor constructor;
  private final Weaving weaving;
  private final String driver;
  private final HookCall hook;

  ConstructorWeaving(
      MethodVisitor to, StreamConstructor constructor, Weaving weaving, String driver) {
    super(Opcodes.ASM9, to);
    this.constructor = constructor;
    this.weaving = weaving;
    this.driver = driver;
    this.hook = new HookCall(to);
  }

  @Override
  public void visitCode() {
    super.visitCode();
    if (weaving == Weaving.FACTORY) {
      replaceFactory();
    } else if (weaving == Weaving.REFUSE) {
      guard();
    }
  }

  @Override
  public void visitMethodInsn(
      int opcode, String owner, String name, String descriptor, boolean isInterface) {
    if (opcode == Opcodes.INVOKESPECIAL && weaving != Weaving.REFUSE && name.equals("<init>")) {
      if (owner.equals(ADDRESS) && descriptor.equals("(Ljava/lang/String;I)V")) {
        hostAndPortOnStack(DriverHooks.ADDRESS, ADDRESS);
        return;
      }
      if (owner.equals(SOCKET) && weaving == Weaving.CONNECTED_SOCKET) {
        hostAndPortOnStack(DriverHooks.CONNECTED_SOCKET, SOCKET);
        return;
      }
      if (owner.equals(SOCKET) && weaving == Weaving.SOCKET) {
        hook.begin(DriverHooks.SOCKET, 3);
        hostPortAndTimeout(1);
        hook.call();
        hook.inPlaceOfNew(SOCKET);
        return;
      }
    }
    super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
  }

  @Override
  public void visitMaxs(int maxStack, int maxLocals) {
    super.visitMaxs(maxStack + HookCall.STACK, maxLocals);
  }

  private void replaceFactory() {
    hook.begin(DriverHooks.FACTORY, 4);
    hook.argument(1);
    super.visitVarInsn(Opcodes.ALOAD, 1);
    hook.store();
    hostPortAndTimeout(2);
    hook.call();
    super.visitTypeInsn(Opcodes.CHECKCAST, StreamConstructor.SOCKET_FACTORY);
    super.visitVarInsn(Opcodes.ASTORE, 1);
  }

  private void guard() {
    hook.begin(DriverHooks.REFUSE, 3);
    hook.argument(1);
    super.visitLdcInsn(driver);
    hook.store();
    int variable = 1;
    for (Type parameter : constructor.parameters()) {
      if (parameter.equals(constructor.onlyHostSpec())) {
        hostAndPort(2, variable, parameter);
      }
      variable += parameter.getSize();
    }
    hook.call();
    super.visitInsn(Opcodes.POP);
  }

  private void hostPortAndTimeout(int index) {
    int hostSpec = constructor.hostSpec();
    hostAndPort(index, hostSpec, constructor.parameters()[hostSpec - 1]);
    hook.argument(index + 2);
    if (constructor.timeout() < 0) {
      super.visitInsn(Opcodes.ICONST_0);
    } else {
      super.visitVarInsn(Opcodes.ILOAD, constructor.timeout());
    }
    hook.box();
    hook.store();
  }

  private void hostAndPort(int index, int variable, Type type) {
    hook.argument(index);
    super.visitVarInsn(Opcodes.ALOAD, variable);
    super.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL, type.getInternalName(), "getHost", "()Ljava/lang/String;", false);
    hook.store();
    hook.argument(index + 1);
    super.visitVarInsn(Opcodes.ALOAD, variable);
    super.visitMethodInsn(Opcodes.INVOKEVIRTUAL, type.getInternalName(), "getPort", "()I", false);
    hook.box();
    hook.store();
  }

  private void hostAndPortOnStack(String name, String type) {
    hook.box();
    hook.begin(name, 2);
    hook.argumentBelow(2);
    hook.argumentBelow(1);
    hook.call();
    hook.inPlaceOfNew(type);
  }
}
