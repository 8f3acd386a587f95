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
        hostAndPortOnStack(Hook.ADDRESS, ADDRESS);
        return;
      }
      if (owner.equals(SOCKET) && weaving == Weaving.CONNECTED_SOCKET) {
        hostAndPortOnStack(Hook.CONNECTED_SOCKET, SOCKET);
        return;
      }
      if (owner.equals(SOCKET) && weaving == Weaving.SOCKET) {
        hook.begin(Hook.SOCKET, 3);
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
    hook.begin(Hook.FACTORY, 4);
    hook.argument(1);
    super.visitVarInsn(Opcodes.ALOAD, 1);
    hook.store();
    hostPortAndTimeout(2);
    hook.call();
    super.visitTypeInsn(Opcodes.CHECKCAST, StreamConstructor.SOCKET_FACTORY);
    super.visitVarInsn(Opcodes.ASTORE, 1);
  }

  private void guard() {
    Type[] parameters = constructor.parameters();
    hook.begin(Hook.REFUSE, 2);
    hook.argument(1);
    super.visitLdcInsn(driver);
    hook.store();
    hook.argument(2);
    hook.newArray(parameters.length);
    int variable = 1;
    for (int i = 0; i < parameters.length; i++) {
      hook.argument(i);
      super.visitVarInsn(parameters[i].getOpcode(Opcodes.ILOAD), variable);
      hook.box(parameters[i]);
      hook.store();
      variable += parameters[i].getSize();
    }
    hook.store();
    hook.call();
    super.visitInsn(Opcodes.POP);
  }

  private void hostPortAndTimeout(int index) {
    Type type = constructor.parameters()[constructor.hostSpec() - 1];
    hook.argument(index);
    super.visitVarInsn(Opcodes.ALOAD, constructor.hostSpec());
    super.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL, type.getInternalName(), "getHost", "()Ljava/lang/String;", false);
    hook.store();
    hook.argument(index + 1);
    super.visitVarInsn(Opcodes.ALOAD, constructor.hostSpec());
    super.visitMethodInsn(Opcodes.INVOKEVIRTUAL, type.getInternalName(), "getPort", "()I", false);
    hook.box();
    hook.store();
    hook.argument(index + 2);
    if (constructor.timeout() < 0) {
      super.visitInsn(Opcodes.ICONST_0);
    } else {
      super.visitVarInsn(Opcodes.ILOAD, constructor.timeout());
    }
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
