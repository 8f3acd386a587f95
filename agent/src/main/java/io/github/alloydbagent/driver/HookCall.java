package io.github.alloydbagent.driver;

import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;

/**
 * Writes the byte code that calls a hook. It names JDK types alone, because a driver's class loader
 * may see no other, and finds the bridge through the system class loader. Straight-line code for
 * any class-file version: no class constant (49), no {@code invokedynamic} (51), no frame (50).
 */
final class HookCall {

  /** How much deeper the operand stack gets by any of these, at most. */
  static final int STACK = 12;

  private static final String BRIDGE = "io.github.alloydbagent.bootstrap.Bridge";
  private static final String OBJECT = "java/lang/Object";

  private final MethodVisitor code;

  HookCall(MethodVisitor code) {
    this.code = code;
  }

  /** Leaves an array on the stack: the hook's name, and room for its arguments. */
  void begin(String hook, int arguments) {
    newArray(arguments + 1);
    code.visitInsn(Opcodes.DUP);
    code.visitInsn(Opcodes.ICONST_0);
    code.visitLdcInsn(hook);
    code.visitInsn(Opcodes.AASTORE);
  }

  /** An argument follows: whatever is put on the stack until {@link #store}. */
  void argument(int index) {
    code.visitInsn(Opcodes.DUP);
    code.visitIntInsn(Opcodes.BIPUSH, index);
  }

  void store() {
    code.visitInsn(Opcodes.AASTORE);
  }

  /** The value on the stack below the array becomes an argument; the array is on top again. */
  void argumentBelow(int index) {
    code.visitInsn(Opcodes.DUP_X1);
    code.visitInsn(Opcodes.SWAP);
    code.visitIntInsn(Opcodes.BIPUSH, index);
    code.visitInsn(Opcodes.SWAP);
    code.visitInsn(Opcodes.AASTORE);
  }

  void newArray(int length) {
    code.visitIntInsn(Opcodes.BIPUSH, length);
    code.visitTypeInsn(Opcodes.ANEWARRAY, OBJECT);
  }

  /** Boxes the int on the stack. */
  void box() {
    box(Type.INT_TYPE);
  }

  /** Boxes what is on the stack, if it is a primitive. */
  void box(Type type) {
    String box;
    switch (type.getSort()) {
      case Type.BOOLEAN:
        box = "java/lang/Boolean";
        break;
      case Type.CHAR:
        box = "java/lang/Character";
        break;
      case Type.BYTE:
        box = "java/lang/Byte";
        break;
      case Type.SHORT:
        box = "java/lang/Short";
        break;
      case Type.INT:
        box = "java/lang/Integer";
        break;
      case Type.FLOAT:
        box = "java/lang/Float";
        break;
      case Type.LONG:
        box = "java/lang/Long";
        break;
      case Type.DOUBLE:
        box = "java/lang/Double";
        break;
      default:
        return;
    }
    code.visitMethodInsn(
        Opcodes.INVOKESTATIC, box, "valueOf", "(" + type.getDescriptor() + ")L" + box + ";", false);
  }

  /** Calls the hook with the array on the stack, and leaves its answer there. */
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
   * The answer takes the place of what {@code new} and {@code dup} left on the stack below it: two
   * references to an object that is never initialised.
   */
  void inPlaceOfNew(String type) {
    code.visitTypeInsn(Opcodes.CHECKCAST, type);
    code.visitInsn(Opcodes.DUP_X2);
    code.visitInsn(Opcodes.POP);
    code.visitInsn(Opcodes.POP2);
  }
}
