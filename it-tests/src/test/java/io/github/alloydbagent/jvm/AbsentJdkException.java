package io.github.alloydbagent.jvm;

import org.opentest4j.TestAbortedException;

/** Skips a test because a JDK is missing. */
final class AbsentJdkException extends TestAbortedException {

  private static final long serialVersionUID = 1L;

  private final int version;

  AbsentJdkException(int version) {
    super("JDK " + version + " is not here: " + cure(version));
    this.version = version;
  }

  int version() {
    return version;
  }

  static String cure(int version) {
    return "set " + Jdk.variable(version) + " or put it at ~/.jdks/" + version;
  }
}
