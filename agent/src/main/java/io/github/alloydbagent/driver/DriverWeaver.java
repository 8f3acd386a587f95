package io.github.alloydbagent.driver;

import io.github.alloydbagent.driver.StreamConstructor.Weaving;
import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * Weaves the two classes of a driver that matter: the stream that opens a connection, and the
 * factory that negotiates encryption over it. To be called with their names only; the bootstrap's
 * {@code DriverGate} sees to that. Adds no member, so that a loaded class can be woven, too.
 *
 * <p>What cannot be understood is told from what cannot be woven. A stream of unknown shape gets a
 * guard, which refuses mapped hosts. A stream that cannot be read at all is an exception here, and
 * the gate makes the class unusable. A negotiation that is not found is no error: the driver then
 * asks for encryption inside the tunnel, and whatever the answer, nothing leaves it unprotected;
 * with {@code sslmode=disable} the driver does not even ask.
 */
public final class DriverWeaver implements ClassFileTransformer {

  /** The newest class files that the bundled ASM reads; newer ones are read as if they were. */
  private static final int NEWEST = Opcodes.V25;

  private final DriverNotices notices;

  public DriverWeaver(DriverNotices notices) {
    this.notices = notices;
  }

  @Override
  public byte @Nullable [] transform(
      @Nullable ClassLoader loader,
      String className,
      @Nullable Class<?> redefined,
      @Nullable ProtectionDomain domain,
      byte[] classFile) {
    String driver = DriverOrigin.of(className, domain);
    if (className.endsWith("/core/PGStream")) {
      return stream(driver, classFile);
    }
    try {
      return negotiation(driver, classFile);
    } catch (RuntimeException e) {
      notices.warning(
          "The driver's class "
              + driver
              + " cannot be woven ("
              + e
              + "): the driver negotiates encryption inside the tunnel, which may fail unless"
              + " sslmode=disable is set.");
      return null;
    }
  }

  private byte[] stream(String driver, byte[] classFile) {
    ClassFile file = new ClassFile(classFile);
    ClassReader reader = file.reader();
    StreamShape shape = StreamShape.of(reader);
    ClassWriter writer = new ClassWriter(reader, 0);
    reader.accept(new StreamWeaving(writer, shape, driver), 0);
    for (StreamConstructor constructor : shape.constructors()) {
      Weaving weaving = shape.weaving(constructor);
      notices.detail("Driver " + driver + constructor.descriptor + ": " + weaving);
      if (weaving == Weaving.REFUSE) {
        notices.warning(
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

  private byte @Nullable [] negotiation(String driver, byte[] classFile) {
    ClassFile file = new ClassFile(classFile);
    ClassReader reader = file.reader();
    ClassWriter writer = new ClassWriter(reader, 0);
    NegotiationWeaving weaving = new NegotiationWeaving(writer);
    reader.accept(weaving, 0);
    notices.detail("Driver " + driver + ": negotiations of encryption woven: " + weaving.woven());
    return weaving.woven() == 0 ? null : file.written(writer);
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
