package io.github.alloydbagent.driver;

import io.github.alloydbagent.driver.StreamConstructor.Weaving;
import io.github.alloydbagent.util.ErrorCode;
import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * Weaves the classes of a driver that matter: the stream that opens a connection, and those that
 * create streams and negotiate encryption over them. To be called with the names of such classes
 * only; the bootstrap's {@code DriverGate} sees to that. Adds no member, so that a loaded class can
 * be woven, too.
 *
 * <p>A stream of unknown shape gets a guard, which refuses mapped hosts; under a package that no
 * driver is known in, only if it resembles the driver's at all. A stream that cannot be read is an
 * exception here, and the gate makes the class unusable. Any other class that cannot be woven is
 * left as it is, since the stream itself is protected: the driver then negotiates encryption inside
 * the tunnel.
 */
public final class DriverWeaver implements ClassFileTransformer {

  private static final String STREAM = "/core/PGStream";

  /** The newest class files that the bundled ASM reads; newer ones are read as if they were. */
  private static final int NEWEST = Opcodes.V25;

  private final DriverNotices notices;
  private final DriverPackages packages;

  /**
   * @param packages where each class with the name of a driver's is taken for a driver's
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
      return stream(driver, packages.contain(className, STREAM.length()), classFile);
    }
    try {
      return opener(driver, className, classFile);
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

  private byte @Nullable [] stream(String driver, boolean isDriver, byte[] classFile) {
    ClassFile file = new ClassFile(classFile);
    ClassReader reader = file.reader();
    StreamShape shape = StreamShape.of(reader);
    if (!isDriver && !shape.resemblesDriver()) {
      notices.detail("Class " + driver + " does not resemble a PostgreSQL driver's: unchanged");
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
                + " opens connections in a way that this agent does not know (constructor "
                + constructor.descriptor
                + "). Connections to mapped hosts that it opens so are refused; other hosts are"
                + " not affected. Use another version of the driver, or a newer agent.");
      }
    }
    return file.written(writer);
  }

  private byte @Nullable [] opener(String driver, String className, byte[] classFile) {
    ClassFile file = new ClassFile(classFile);
    ClassReader reader = file.reader();
    ClassWriter writer = new ClassWriter(reader, 0);
    boolean hasGetters = !className.endsWith("/jdbc1/AbstractJdbc1Connection"); // of 7.4
    GuardWeaving guards = new GuardWeaving(writer, driver, root(className), hasGetters);
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

  /** The driver's package: what precedes {@code /core/} or {@code /jdbc1/}. */
  private static String root(String className) {
    int end = Math.max(className.lastIndexOf("/core/"), className.lastIndexOf("/jdbc1/"));
    return className.substring(0, end);
  }

  /** A class file whose version is kept from ASM if it is too new. */
  private static final class ClassFile {

    private static final int MAJOR = 6; // after magic and minor version: JVMS 4.1

    private final byte[] bytes;
    private final boolean tooNew;

    ClassFile(byte[] bytes) {
      this.bytes = bytes;
      this.tooNew = (((bytes[MAJOR] & 0xff) << 8) | (bytes[MAJOR + 1] & 0xff)) > NEWEST;
    }

    ClassReader reader() {
      if (!tooNew) {
        return new ClassReader(bytes);
      }
      byte[] older = bytes.clone();
      older[MAJOR] = 0;
      older[MAJOR + 1] = NEWEST;
      return new ClassReader(older);
    }

    byte[] written(ClassWriter writer) {
      byte[] woven = writer.toByteArray();
      System.arraycopy(bytes, 4, woven, 4, 4);
      return woven;
    }
  }
}
