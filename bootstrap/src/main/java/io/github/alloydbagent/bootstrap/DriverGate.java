package io.github.alloydbagent.bootstrap;

import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Compares the names of classes as they load, and passes those that may belong to a PostgreSQL
 * driver to the weaver, which is loaded with the first such class. The package is not compared,
 * because applications relocate drivers; the weaver decides by the class's shape.
 *
 * <p>Every class of the JVM passes through this transformer, on the thread that loads it. This
 * class therefore uses no lambda, no string concatenation and nothing else that could load a class
 * before a driver's name is seen.
 *
 * <p>A class that cannot be woven, for whatever reason, must not open a connection, because the
 * agent cannot tell which of its connections need protection. Its constructors throw ({@link
 * UnusableClass}). Only a class that refers to a {@code PGStream} can open a connection: other
 * drivers, such as Amazon Redshift's, have classes with the same names. If the stack or the heap is
 * exhausted, the class is not defined at all: the JVM ignores an exception thrown by a transformer
 * and would define the class unchanged.
 */
public final class DriverGate implements ClassFileTransformer {

  /**
   * Name suffixes of the classes that open connections: the stream itself and the classes that
   * create one.
   */
  private static final String[] NAME_SUFFIXES = {
    "/core/PGStream",
    "/core/v3/ConnectionFactoryImpl",
    "/core/v2/ConnectionFactoryImpl",
    "/core/QueryExecutorBase",
    "/core/v3/ProtocolConnectionImpl",
    "/core/v2/ProtocolConnectionImpl",
    "/jdbc1/AbstractJdbc1Connection"
  };

  /**
   * The same suffixes in ASCII, for {@link #transform}, which may have no stack left for a call.
   */
  private static final byte[][] ASCII_NAME_SUFFIXES = ascii(NAME_SUFFIXES);

  private static final String STREAM_SUFFIX = NAME_SUFFIXES[0];

  private static final byte[] STREAM = ASCII_NAME_SUFFIXES[0];

  private static final byte[] UNDEFINABLE =
      UnusableClass.undefinable(
          BootstrapCodes.CLASS_NOT_DEFINED
              + "not prepared by AlloyDB Agent, because the stack or the heap was exhausted:"
              + " restart the JVM");

  private volatile @Nullable Callable<ClassFileTransformer> source;
  private final WovenClasses woven = new WovenClasses();
  private final Object lock = new Object();
  private volatile @Nullable ClassFileTransformer weaver;

  /**
   * Counts loaded classes that suggest that a driver is being loaded; lost updates are harmless.
   */
  private volatile int loadCount;

  /**
   * @param source returns the weaver; called on the thread that loads a driver, once if it succeeds
   */
  public DriverGate(Callable<ClassFileTransformer> source) {
    // Runs the handler in transform once, so that everything it references is resolved before the
    // stack or the heap can be exhausted.
    transform(null, "/core/PGStream", null, null, new byte[0]);
    transform(null, "/core/QueryExecutorBase", null, null, new byte[0]);
    // without a name, the handler also parses the class file
    transform(null, null, null, null, new byte[0]);
    this.source = source;
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate")
  public byte @Nullable [] transform(
      @Nullable ClassLoader loader,
      @Nullable String className, // null if the class loader passed no name
      @Nullable Class<?> redefined,
      @Nullable ProtectionDomain domain,
      byte[] classFile) {
    boolean isDriver = false;
    try {
      String name = className == null ? ClassFileName.of(classFile) : className;
      if (!isDriverClass(name)) {
        return null;
      }
      isDriver = true;
      loadCount++;
      byte[] wovenClassFile = weaver().transform(loader, name, redefined, domain, classFile);
      woven.add(loader, name);
      return wovenClassFile;
    } catch (Throwable failure) {
      // No calls and no allocation until the class's name is known: with an exhausted stack they
      // would throw again, and the JVM would define the class unwoven. JVMS 4.1 and 4.4 specify the
      // layout of the class file, from which this reads the name.
      if (!isDriver) {
        int length = classFile.length;
        int wantedIndex = -1; // index of a constant; -1 walks to the end of the constant pool
        for (int pass = 0; pass < 3; pass++) {
          if (length < 10) {
            break;
          }
          int count = ((classFile[8] & 0xff) << 8) | (classFile[9] & 0xff);
          int at = 10;
          for (int i = 1; i < count && i != wantedIndex; i++) {
            if (at + 2 >= length) {
              return null;
            }
            switch (classFile[at]) {
              case 1: // Utf8
                at += 3 + (((classFile[at + 1] & 0xff) << 8) | (classFile[at + 2] & 0xff));
                break;
              case 5: // Long
              case 6: // Double
                at += 9;
                i++;
                break;
              case 7: // Class
              case 8: // String
              case 16: // MethodType
              case 19: // Module
              case 20: // Package
                at += 3;
                break;
              case 15: // MethodHandle
                at += 4;
                break;
              default:
                at += 5;
                break;
            }
          }
          if (at + 3 >= length) {
            return null;
          }
          if (pass == 0) {
            at += 2; // skips the access flags; the index of this_class follows
            wantedIndex = ((classFile[at] & 0xff) << 8) | (classFile[at + 1] & 0xff);
          } else if (pass == 1) { // the Class constant contains the index of its name
            wantedIndex = ((classFile[at + 1] & 0xff) << 8) | (classFile[at + 2] & 0xff);
          } else { // the name
            int end = at + 3 + (((classFile[at + 1] & 0xff) << 8) | (classFile[at + 2] & 0xff));
            for (int i = 0; i < ASCII_NAME_SUFFIXES.length && end <= length; i++) {
              byte[] suffix = ASCII_NAME_SUFFIXES[i];
              int start = end - suffix.length;
              int matched = 0;
              while (start > at + 2
                  && matched < suffix.length
                  && classFile[start + matched] == suffix[matched]) {
                matched++;
              }
              isDriver |= matched == suffix.length;
            }
          }
        }
        if (!isDriver) {
          return null;
        }
      }
      try {
        String name = className == null ? ClassFileName.of(classFile) : className;
        return isStream(name) || refersToStream(classFile)
            ? UnusableClass.of(classFile, String.valueOf(name), failure)
            : null;
      } catch (Throwable exhausted) {
        return UNDEFINABLE;
      }
    }
  }

  private static boolean isStream(@Nullable String name) {
    return name == null || name.endsWith(STREAM_SUFFIX);
  }

  /**
   * Returns whether the class file refers to a driver's stream, whose name is then among its
   * constants. Does not need to parse it: the same bytes elsewhere only make the class unusable.
   */
  private static boolean refersToStream(byte[] classFile) {
    for (int start = 0; start <= classFile.length - STREAM.length; start++) {
      int matched = 0;
      while (matched < STREAM.length && classFile[start + matched] == STREAM[matched]) {
        matched++;
      }
      if (matched == STREAM.length) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns whether a loaded class with this name, in the form of {@code Class.getName}, is to be
   * woven.
   */
  boolean shouldWeave(String name) {
    return mayBeDriverClass(name) && isDriverClass(name.replace('.', '/'));
  }

  /**
   * Returns whether the class has passed through this transformer; otherwise it is unchanged from
   * the driver's jar.
   */
  boolean hasWoven(Class<?> loaded) {
    return woven.contains(loaded.getClassLoader(), loaded.getName().replace('.', '/'));
  }

  /** Returns a number that changes whenever a driver is being loaded. */
  int loadCount() {
    return loadCount;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate")
  private boolean isDriverClass(@Nullable String name) {
    if (name == null || !mayBeDriverClass(name)) {
      return false;
    }
    for (int i = 0; i < NAME_SUFFIXES.length; i++) {
      if (name.endsWith(NAME_SUFFIXES[i])) {
        return true;
      }
    }
    if (name.endsWith("/Driver")) { // usually the first class of a JDBC driver to be loaded
      loadCount++;
    }
    return false;
  }

  /** Rules out nearly all classes by their last two letters. */
  private static boolean mayBeDriverClass(String name) {
    int length = name.length();
    if (length < 8) {
      return false;
    }
    char last = name.charAt(length - 1);
    char before = name.charAt(length - 2);
    return (last == 'm' && before == 'a') // PGStream
        || (last == 'l' && before == 'p') // ConnectionFactoryImpl, ProtocolConnectionImpl
        || (last == 'e' && before == 's') // QueryExecutorBase
        || (last == 'n' && before == 'o') // AbstractJdbc1Connection
        || (last == 'r' && before == 'e'); // Driver
  }

  private ClassFileTransformer weaver() throws Exception {
    ClassFileTransformer ready = weaver;
    if (ready == null) {
      synchronized (lock) {
        ready = weaver;
        if (ready == null) {
          Callable<ClassFileTransformer> from = source;
          if (from == null) {
            throw new IllegalStateException("the agent is starting");
          }
          ready = from.call();
          weaver = ready;
        }
      }
    }
    return ready;
  }

  private static byte[][] ascii(String[] names) {
    byte[][] ascii = new byte[names.length][];
    for (int i = 0; i < names.length; i++) {
      ascii[i] = new byte[names[i].length()];
      for (int j = 0; j < ascii[i].length; j++) {
        ascii[i][j] = (byte) names[i].charAt(j);
      }
    }
    return ascii;
  }
}
