package io.github.alloydbagent.driver;

import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/** Weaves hooks, or the guard, into the constructors of a {@code PGStream}. */
final class StreamWeaving extends ClassVisitor {

  private final StreamShape shape;
  private final String driver;

  StreamWeaving(ClassVisitor to, StreamShape shape, String driver) {
    super(Opcodes.ASM9, to);
    this.shape = shape;
    this.driver = driver;
  }

  @Override
  public MethodVisitor visitMethod(
      int access,
      String name,
      String descriptor,
      @Nullable String signature,
      String @Nullable [] exceptions) {
    MethodVisitor code = super.visitMethod(access, name, descriptor, signature, exceptions);
    if (!name.equals("<init>")) {
      return code;
    }
    StreamConstructor constructor = shape.constructor(descriptor);
    StreamConstructor.Weaving weaving = shape.weaving(constructor);
    return weaving == StreamConstructor.Weaving.NONE
        ? code
        : new ConstructorWeaving(code, constructor, weaving, driver);
  }
}
