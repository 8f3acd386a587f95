package io.github.alloydbagent.bootstrap;

import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Compares the names of classes as they load, and hands those that may belong to a PostgreSQL
 * driver to the weaver, which is loaded when the first of them comes. The package is not compared,
 * because applications relocate drivers; the weaver decides by the class's shape.
 *
 * <p>Every class of the JVM passes through here, on the thread that loads it: hence no lambda, no
 * string concatenation and nothing that could load a class before a driver's name is seen.
 *
 * <p>A class that cannot be woven, for whatever reason, must not open a connection, because nobody
 * can tell which of its connections need protection. Its constructors throw ({@link UnusableClass})
 * or, if the stack or the heap is exhausted, it is not defined at all: the JVM ignores an exception
 * thrown here and would define the class as it is.
 */
public final class DriverGate implements ClassFileTransformer {

  /** The classes that open connections: the stream itself, and those that create one. */
  private static final String[] CLASSES = {
    "/core/PGStream",
    "/core/v3/ConnectionFactoryImpl",
    "/core/v2/ConnectionFactoryImpl",
    "/core/QueryExecutorBase",
    "/core/v3/ProtocolConnectionImpl",
    "/core/v2/ProtocolConnectionImpl",
    "/jdbc1/AbstractJdbc1Connection"
  };

  /** The same in ASCII, for {@link #transform}, which may have no stack left for a call. */
  private static final byte[][] CLASSES_IN_ASCII = ascii(CLASSES);

  private static final byte[] UNDEFINABLE =
      UnusableClass.undefinable(
          BootstrapCodes.CLASS_NOT_DEFINED
              + "not prepared by AlloyDB Agent, because the stack or the heap was exhausted:"
              + " restart the JVM");

  private volatile @Nullable Callable<ClassFileTransformer> source;
  private final WovenClasses woven = new WovenClasses();
  private final Object lock = new Object();
  private volatile @Nullable ClassFileTransformer weaver;

  /** Counts classes that suggest that a driver is being loaded; lost updates do not matter. */
  private volatile int signs;

  /**
   * @param source gives the weaver; called once if it succeeds, on the thread that loads a driver
   */
  public DriverGate(Callable<ClassFileTransformer> source) {
    // runs the handler in transform once: what it refers to is resolved while stack and heap last
    transform(null, "/core/PGStream", null, null, new byte[0]);
    transform(null, null, null, null, new byte[0]); // the same for what reads names
    this.source = source;
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate")
  public byte @Nullable [] transform(
      @Nullable ClassLoader loader,
      @Nullable String className, // null where the class loader did not name the class
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
      signs++;
      byte[] answer = weaver().transform(loader, name, redefined, domain, classFile);
      woven.add(loader, name);
      return answer;
    } catch (Throwable cannotWeave) {
      // No calls and no allocation until the class's name is known: with an exhausted stack they
      // would throw again, and the JVM would define the class unwoven. Reads the name from the
      // class file, whose layout is in JVMS 4.1 and 4.4.
      if (!isDriver) {
        int length = classFile.length;
        int wanted = -1; // a constant's index; at first, the end of the constants
        for (int pass = 0; pass < 3; pass++) {
          if (length < 10) {
            break;
          }
          int count = ((classFile[8] & 0xff) << 8) | (classFile[9] & 0xff);
          int at = 10;
          for (int i = 1; i < count && i != wanted; i++) {
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
            at += 2; // the access flags; the index of this class follows
            wanted = ((classFile[at] & 0xff) << 8) | (classFile[at + 1] & 0xff);
          } else if (pass == 1) { // its Class constant has the index of its name
            wanted = ((classFile[at + 1] & 0xff) << 8) | (classFile[at + 2] & 0xff);
          } else { // its name
            int end = at + 3 + (((classFile[at + 1] & 0xff) << 8) | (classFile[at + 2] & 0xff));
            for (int i = 0; i < CLASSES_IN_ASCII.length && end <= length; i++) {
              byte[] suffix = CLASSES_IN_ASCII[i];
              int start = end - suffix.length;
              int same = 0;
              while (start > at + 2
                  && same < suffix.length
                  && classFile[start + same] == suffix[same]) {
                same++;
              }
              isDriver |= same == suffix.length;
            }
          }
        }
        if (!isDriver) {
          return null;
        }
      }
      try {
        String name = className == null ? ClassFileName.of(classFile) : className;
        return UnusableClass.of(classFile, String.valueOf(name), cannotWeave);
      } catch (Throwable exhausted) {
        return UNDEFINABLE;
      }
    }
  }

  /** Whether a loaded class, named as {@code Class.getName} does, is one to weave. */
  boolean wants(String name) {
    return mayBeDriverClass(name) && isDriverClass(name.replace('.', '/'));
  }

  /** Whether it has passed through here; otherwise, it is as its driver's jar has it. */
  boolean hasWoven(Class<?> loaded) {
    return woven.contains(loaded.getClassLoader(), loaded.getName().replace('.', '/'));
  }

  /** A number that changes whenever a driver is being loaded. */
  int signs() {
    return signs;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate")
  private boolean isDriverClass(@Nullable String name) {
    if (name == null || !mayBeDriverClass(name)) {
      return false;
    }
    for (int i = 0; i < CLASSES.length; i++) {
      if (name.endsWith(CLASSES[i])) {
        return true;
      }
    }
    if (name.endsWith("/Driver")) { // the first class of any JDBC driver
      signs++;
    }
    return false;
  }

  /** Rules out nearly all classes by two letters. */
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
