package io.github.alloydbagent.bootstrap;

import java.io.IOException;
import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Compares the names of classes as they load, and hands those of a PostgreSQL driver to the weaver,
 * which is loaded when the first of them comes.
 *
 * <p>Every class of the JVM passes here, on the thread that loads it: hence no lambda, no string
 * concatenation and nothing that could load a class before a driver's name is seen.
 *
 * <p>A stream class that cannot be woven, for whatever reason, is replaced by {@link
 * UnusableClass}: as long as nobody can tell which of its connections are to be protected, it must
 * make none. When it is already loaded (attaching to a running JVM) the JVM refuses the
 * replacement, and {@code Instrumentation.retransformClasses} fails with an exception that the
 * caller has to report.
 */
public final class DriverGate implements ClassFileTransformer {

  private static final String STREAM = "/core/PGStream";
  private static final String[] CLASSES = {
    STREAM, "/core/v3/ConnectionFactoryImpl", "/core/v2/ConnectionFactoryImpl"
  };
  private static final String[] KNOWN = {"org/postgresql", "com/edb", "com/yugabyte"};

  private final String[] drivers;
  private final Callable<ClassFileTransformer> source;
  private final Object lock = new Object();
  private volatile @Nullable ClassFileTransformer weaver;

  /**
   * A gate for the known drivers, their relocated copies, and those under further packages.
   *
   * @param driverPackages more root packages of drivers, with dots, such as {@code
   *     com.acme.shaded.postgres}
   * @param source gives the weaver; called once if it succeeds, on the thread that loads a driver
   */
  public DriverGate(String[] driverPackages, Callable<ClassFileTransformer> source) {
    this.source = source;
    drivers = new String[KNOWN.length + driverPackages.length];
    System.arraycopy(KNOWN, 0, drivers, 0, KNOWN.length);
    for (int i = 0; i < driverPackages.length; i++) {
      drivers[KNOWN.length + i] = driverPackages[i].trim().replace('.', '/');
    }
  }

  @Override
  public byte @Nullable [] transform(
      @Nullable ClassLoader loader,
      @Nullable String className,
      @Nullable Class<?> redefined,
      @Nullable ProtectionDomain domain,
      byte[] classFile) {
    if (className == null || !isDriverClass(className)) {
      return null;
    }
    try {
      return weaver().transform(loader, className, redefined, domain, classFile);
    } catch (Throwable cannotWeave) { // the JVM would drop it, and load the class as it is
      return className.endsWith(STREAM) ? unusable(className, cannotWeave) : null;
    }
  }

  /** Whether a loaded class, named as {@code Class.getName} does, is one to retransform. */
  public boolean wants(String name) {
    return isDriverClass(name.replace('.', '/'));
  }

  private boolean isDriverClass(String name) {
    int last = name.length() - 1;
    if (last < 0 || (name.charAt(last) != 'm' && name.charAt(last) != 'l')) {
      return false;
    }
    for (int i = 0; i < CLASSES.length; i++) {
      if (name.endsWith(CLASSES[i])) {
        return isDriverPackage(name, name.length() - CLASSES[i].length());
      }
    }
    return false;
  }

  /** A driver's own package, or one that ends with it, as relocation makes them. */
  private boolean isDriverPackage(String name, int length) {
    for (int i = 0; i < drivers.length; i++) {
      int start = length - drivers[i].length();
      if (start >= 0
          && name.startsWith(drivers[i], start)
          && (start == 0 || name.charAt(start - 1) == '/')) {
        return true;
      }
    }
    return false;
  }

  private ClassFileTransformer weaver() throws Exception {
    ClassFileTransformer ready = weaver;
    if (ready == null) {
      synchronized (lock) {
        ready = weaver;
        if (ready == null) {
          ready = source.call();
          weaver = ready;
        }
      }
    }
    return ready;
  }

  private static byte[] unusable(String className, Throwable cause) {
    try {
      return UnusableClass.named(className, cause);
    } catch (IOException | RuntimeException e) {
      return new byte[] {0}; // no class file at all: the JVM refuses to load it
    }
  }
}
