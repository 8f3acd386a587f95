package io.github.alloydbagent.driver;

import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;

/**
 * Emits the bytecode that calls a hook. The code names JDK types only, because a driver's class
 * loader may not see any others, and finds the bridge through the system class loader. It has no
 * branches and works in any class file version: it needs no class constant (version 49), no frame
 * (50) and no {@code invokedynamic} (51).
 */
final class HookCall {

  /** Upper bound for the operand stack slots that this code needs in addition to the method's. */
  static final int STACK = 12;

  private static final String BRIDGE = "io.github.alloydbagent.bootstrap.Bridge";

  private final MethodVisitor code;

  HookCall(MethodVisitor code) {
    this.code = code;
  }

  /** Leaves an array on the stack that contains the hook's name and room for its arguments. */
  void begin(String hook, int arguments) {
    code.visitIntInsn(Opcodes.BIPUSH, arguments + 1);
    code.visitTypeInsn(Opcodes.ANEWARRAY, "java/lang/Object");
    code.visitInsn(Opcodes.DUP);
    code.visitInsn(Opcodes.ICONST_0);
    code.visitLdcInsn(hook);
    code.visitInsn(Opcodes.AASTORE);
  }

  /** Starts an argument: the value pushed before {@link #store}. */
  void argument(int index) {
    code.visitInsn(Opcodes.DUP);
    code.visitIntInsn(Opcodes.BIPUSH, index);
  }

  void store() {
    code.visitInsn(Opcodes.AASTORE);
  }

  /**
   * Stores the value below the array on the stack as an argument; the array is on top again
   * afterwards.
   */
  void argumentBelow(int index) {
    code.visitInsn(Opcodes.DUP_X1);
    code.visitInsn(Opcodes.SWAP);
    code.visitIntInsn(Opcodes.BIPUSH, index);
    code.visitInsn(Opcodes.SWAP);
    code.visitInsn(Opcodes.AASTORE);
  }

  /** Boxes the int on the stack. */
  void box() {
    code.visitMethodInsn(
        Opcodes.INVOKESTATIC, "java/lang/Integer", "valueOf", "(I)Ljava/lang/Integer;", false);
  }

  /** Calls the hook with the array on the stack and leaves the result there. */
  void call() {
    code.visitMethodInsn(
        Opcodes.INVOKESTATIC,
        "java/lang/ClassLoader",
        "getSystemClassLoader",
        "()Ljava/lang/ClassLoader;",
        false);
    code.visitLdcInsn(BRIDGE);
    code.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL,
        "java/lang/ClassLoader",
        "loadClass",
        "(Ljava/lang/String;)Ljava/lang/Class;",
        false);
    code.visitLdcInsn("hooks");
    code.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL,
        "java/lang/Class",
        "getField",
        "(Ljava/lang/String;)Ljava/lang/reflect/Field;",
        false);
    code.visitInsn(Opcodes.ACONST_NULL);
    code.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL,
        "java/lang/reflect/Field",
        "get",
        "(Ljava/lang/Object;)Ljava/lang/Object;",
        false);
    code.visitTypeInsn(Opcodes.CHECKCAST, "java/util/function/Function");
    code.visitInsn(Opcodes.SWAP);
    code.visitMethodInsn(
        Opcodes.INVOKEINTERFACE,
        "java/util/function/Function",
        "apply",
        "(Ljava/lang/Object;)Ljava/lang/Object;",
        true);
  }

  /**
   * Replaces the two references below the result, which {@code new} and {@code dup} pushed, with
   * the result. The object that they refer to is never initialized.
   */
  void inPlaceOfNew(String type) {
    code.visitTypeInsn(Opcodes.CHECKCAST, type);
    code.visitInsn(Opcodes.DUP_X2);
    code.visitInsn(Opcodes.POP);
    code.visitInsn(Opcodes.POP2);
  }
}
