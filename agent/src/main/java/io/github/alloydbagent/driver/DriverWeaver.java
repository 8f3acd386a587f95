package io.github.alloydbagent.driver;

import io.github.alloydbagent.driver.StreamConstructor.Weaving;
import io.github.alloydbagent.util.ErrorCode;
import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * Weaves the driver classes that matter: the stream that opens a connection, and the classes that
 * create streams and negotiate encryption over them. The bootstrap's {@code DriverGate} passes only
 * classes with such names. Weaving adds no members, so that a class can also be woven after it was
 * loaded.
 *
 * <p>A stream of unknown shape gets a guard that refuses mapped hosts; in a package that no known
 * driver uses, only if the class resembles a driver's stream at all. If a stream cannot be parsed,
 * this throws, and the gate makes the class unusable. Any other class that cannot be woven remains
 * unchanged, because the stream itself is protected: the driver then negotiates encryption inside
 * the tunnel.
 */
public final class DriverWeaver implements ClassFileTransformer {

  private static final String STREAM = "/core/PGStream";

  /**
   * The newest class file version that the bundled ASM supports; newer class files are parsed as
   * this version.
   */
  private static final int MAX_CLASS_VERSION = Opcodes.V25;

  private final DriverNotices notices;
  private final DriverPackages packages;

  /**
   * @param packages root packages in which every class with the name of a driver's class counts as
   *     the driver's
   */
  public DriverWeaver(DriverNotices notices, DriverPackages packages) {
    this.notices = notices;
    this.packages = packages;
  }

  @Override
  public byte @Nullable [] transform(
      @Nullable ClassLoader loader,
      String className,
      @Nullable Class<?> redefined,
      @Nullable ProtectionDomain domain,
      byte[] classFile) {
    String driver = DriverOrigin.of(className, domain);
    if (className.endsWith(STREAM)) {
      return weaveStream(driver, packages.contain(className, STREAM.length()), classFile);
    }
    try {
      return weaveOpener(driver, className, classFile);
    } catch (RuntimeException e) {
      notices.warning(
          ErrorCode.ENCRYPTION_NOT_WOVEN,
          "The driver's class "
              + driver
              + " cannot be woven ("
              + e
              + "): the driver negotiates encryption inside the tunnel, which may fail unless"
              + " sslmode=disable is set.");
      return null;
    }
  }

  private byte @Nullable [] weaveStream(String driver, boolean isDriver, byte[] classFile) {
    ClassFile file = new ClassFile(classFile);
    ClassReader reader = file.reader();
    StreamShape shape = StreamShape.of(reader);
    if (!isDriver && !shape.resemblesDriver()) {
      notices.detail(
          "Class " + driver + " does not resemble a PostgreSQL driver's; it is not changed");
      return null;
    }
    ClassWriter writer = new ClassWriter(reader, 0);
    reader.accept(new StreamWeaving(writer, shape, driver), 0);
    for (StreamConstructor constructor : shape.constructors()) {
      Weaving weaving = shape.weaving(constructor);
      notices.detail("Driver " + driver + constructor.descriptor + ": " + weaving);
      if (weaving == Weaving.REFUSE) {
        notices.warning(
            ErrorCode.DRIVER_UNKNOWN,
            "Driver "
                + driver
                + " opens connections in a way that this agent does not support (constructor "
                + constructor.descriptor
                + "). "
                + (constructor.onlyHostSpec() == null
                    ? "All connections that it opens in this way are refused."
                    : "Such connections to mapped hosts are refused; other hosts are not affected.")
                + " Use another version of the driver, or a newer agent.");
      }
    }
    return file.written(writer);
  }

  private byte @Nullable [] weaveOpener(String driver, String className, byte[] classFile) {
    ClassFile file = new ClassFile(classFile);
    ClassReader reader = file.reader();
    ClassWriter writer = new ClassWriter(reader, 0);
    boolean hasGetters = !className.endsWith("/jdbc1/AbstractJdbc1Connection"); // 7.4
    GuardWeaving guards = new GuardWeaving(writer, driver, rootPackage(className), hasGetters);
    NegotiationWeaving negotiations = new NegotiationWeaving(guards);
    reader.accept(negotiations, 0);
    notices.detail(
        "Driver "
            + driver
            + ": new streams guarded: "
            + guards.woven()
            + ", not guarded: "
            + guards.unguarded()
            + ", negotiations of encryption woven: "
            + negotiations.woven());
    return guards.woven() + negotiations.woven() == 0 ? null : file.written(writer);
  }

  /** Returns the driver's root package: the part before {@code /core/} or {@code /jdbc1/}. */
  private static String rootPackage(String className) {
    int end = Math.max(className.lastIndexOf("/core/"), className.lastIndexOf("/jdbc1/"));
    return className.substring(0, end);
  }

  /** Weaves hooks, or the guard, into the constructors of a {@code PGStream}. */
  private static final class StreamWeaving extends ClassVisitor {
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
      Weaving weaving = shape.weaving(constructor);
      return weaving == Weaving.NONE
          ? code
          : new ConstructorWeaving(code, constructor, weaving, driver);
    }
  }

  /** A class file whose version is hidden from ASM if it is too new. */
  private static final class ClassFile {

    private static final int MAJOR_VERSION_OFFSET = 6; // after magic and minor version (JVMS 4.1)

    private final byte[] bytes;
    private final boolean isTooNew;

    ClassFile(byte[] bytes) {
      this.bytes = bytes;
      this.isTooNew =
          (((bytes[MAJOR_VERSION_OFFSET] & 0xff) << 8) | (bytes[MAJOR_VERSION_OFFSET + 1] & 0xff))
              > MAX_CLASS_VERSION;
    }

    ClassReader reader() {
      if (!isTooNew) {
        return new ClassReader(bytes);
      }
      byte[] patched = bytes.clone();
      patched[MAJOR_VERSION_OFFSET] = 0;
      patched[MAJOR_VERSION_OFFSET + 1] = MAX_CLASS_VERSION;
      return new ClassReader(patched);
    }

    byte[] written(ClassWriter writer) {
      byte[] woven = writer.toByteArray();
      System.arraycopy(bytes, 4, woven, 4, 4);
      return woven;
    }
  }
}
