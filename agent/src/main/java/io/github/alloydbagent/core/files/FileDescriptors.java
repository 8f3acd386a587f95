package io.github.alloydbagent.core.files;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.util.ErrorCode;
import java.io.Closeable;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether this process can open files. A class of the JDK's whose initialisation fails for want of
 * a file descriptor cannot be used any more in this JVM: so the agent does not begin with such work
 * until there are some, and opens what Java 8 would open in the middle of it.
 */
public final class FileDescriptors {

  /** So many as the JDK's TLS and the first calls take. */
  private static final int NEEDED = 16;

  private static final long PAUSE_MILLIS = 200;

  /** One class of each jar of Java 8's that TLS needs, and that is opened with its first class. */
  private static final String[] CLASSES = {
    "sun.security.ssl.SSLContextImpl",
    "javax.crypto.NoSuchPaddingException",
    "com.sun.crypto.provider.SunJCE",
    "sun.security.ec.SunEC",
    "sun.security.rsa.SunRsaSign",
  };

  private final File some;
  private final Log log;
  private final List<Closeable> kept = new ArrayList<>();

  /**
   * @param some any file that can be read
   */
  public FileDescriptors(File some, Log log) {
    this.some = some;
    this.log = log;
  }

  /**
   * Waits until there are some, and keeps them until {@link #release}: the application may take all
   * others meanwhile. Returns whether it had to wait.
   */
  public boolean await() throws InterruptedException {
    boolean waited = false;
    release();
    while (!reserved()) {
      if (!waited) {
        log.warn(
            ErrorCode.NO_FILE_DESCRIPTORS,
            "the start waits, since this process cannot open files (Too many open files). "
                + "Connections to mapped hosts wait for it: raise its limit (ulimit -n,"
                + " LimitNOFILE), or find what it does not close (/proc/PID/fd).");
        waited = true;
      }
      Thread.sleep(PAUSE_MILLIS);
    }
    return waited;
  }

  /** Opens the JDK's own files, which from Java 9 on are one that is open always. */
  public static void openThoseOfTheJdk() {
    if (!System.getProperty("java.specification.version", "").startsWith("1.")) {
      return;
    }
    for (String name : CLASSES) {
      try {
        Class<?> unused = Class.forName(name, false, ClassLoader.getSystemClassLoader());
      } catch (ClassNotFoundException | LinkageError e) {
        // this runtime has no such class, or has it elsewhere
      }
    }
  }

  /** Gives back what is kept, for what needs it now. */
  public void release() {
    for (Closeable each : kept) {
      try {
        each.close();
      } catch (IOException e) {
        // it was only read
      }
    }
    kept.clear();
  }

  private boolean reserved() {
    try {
      while (kept.size() < NEEDED) {
        kept.add(new FileInputStream(some));
      }
      return true;
    } catch (IOException e) {
      release();
      // of a file that has gone, nothing would be learnt by waiting
      return !String.valueOf(e.getMessage()).contains("Too many open files");
    }
  }
}
