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
 * Reserves file descriptors during startup. A JDK class whose initialization fails for lack of a
 * file descriptor is unusable for the rest of the JVM's life. Startup therefore waits until
 * descriptors are available, and opens in advance the files that Java 8 would open during this
 * work.
 */
public final class FileDescriptors {

  /** As many as the JDK's TLS and the first API calls use. */
  private static final int RESERVED_DESCRIPTORS = 16;

  private static final long PAUSE_MILLIS = 200;

  /** One class of each Java 8 jar that TLS needs; loading the class opens the jar. */
  private static final String[] CLASSES = {
    "sun.security.ssl.SSLContextImpl",
    "javax.crypto.NoSuchPaddingException",
    "com.sun.crypto.provider.SunJCE",
    "sun.security.ec.SunEC",
    "sun.security.rsa.SunRsaSign",
  };

  private final File anyFile;
  private final Log log;
  private final List<Closeable> reserved = new ArrayList<>();

  /**
   * Creates a reservation.
   *
   * @param anyFile any readable file
   */
  public FileDescriptors(File anyFile, Log log) {
    this.anyFile = anyFile;
    this.log = log;
  }

  /**
   * Waits until enough descriptors are available, and reserves them until {@link #release}, because
   * the application could use up all others meanwhile. Returns whether it had to wait.
   */
  public boolean await() throws InterruptedException {
    boolean waited = false;
    release();
    while (!tryReserve()) {
      if (!waited) {
        log.warn(
            ErrorCode.NO_FILE_DESCRIPTORS,
            "startup is delayed, because this process cannot open files (Too many open files). "
                + "Connections to mapped hosts wait: raise its limit (ulimit -n,"
                + " LimitNOFILE), or find the files that it does not close (/proc/PID/fd).");
        waited = true;
      }
      Thread.sleep(PAUSE_MILLIS);
    }
    return waited;
  }

  /** Opens the JDK's own jars. From Java 9 on, the JDK has a single file that is always open. */
  public static void openFilesOfTheJdk() {
    if (!System.getProperty("java.specification.version", "").startsWith("1.")) {
      return;
    }
    for (String name : CLASSES) {
      try {
        Class<?> unused = Class.forName(name, false, ClassLoader.getSystemClassLoader());
      } catch (ClassNotFoundException | LinkageError e) {
        // this runtime does not have the class, or has it elsewhere
      }
    }
  }

  /** Releases the reserved descriptors for the work that needs them. */
  public void release() {
    for (Closeable stream : reserved) {
      try {
        stream.close();
      } catch (IOException e) {
        // it was only read
      }
    }
    reserved.clear();
  }

  private boolean tryReserve() {
    try {
      while (reserved.size() < RESERVED_DESCRIPTORS) {
        reserved.add(new FileInputStream(anyFile));
      }
      return true;
    } catch (IOException e) {
      release();
      // waiting does not help if the file is missing
      return !String.valueOf(e.getMessage()).contains("Too many open files");
    }
  }
}
