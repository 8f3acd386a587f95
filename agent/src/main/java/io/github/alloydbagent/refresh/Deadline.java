package io.github.alloydbagent.refresh;

import java.util.concurrent.TimeUnit;

/** The one point in time by which a connection must stand; by the monotonic clock. */
public final class Deadline {
  private final long millis;
  private final long end;

  private Deadline(long millis) {
    this.millis = millis;
    this.end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
  }

  public static Deadline inMillis(long millis) {
    return new Deadline(millis);
  }

  /** A deadline for the first of so many things that have to share what is left. */
  public Deadline part(int shares) {
    return shares == 1 ? this : new Deadline(remainingMillis() / shares);
  }

  /** The whole time that was given, in milliseconds. */
  public long totalMillis() {
    return millis;
  }

  /** Milliseconds that are left, rounded up; 0 once it has passed. */
  public long remainingMillis() {
    long nanos = end - System.nanoTime();
    return nanos <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(nanos + 999_999);
  }
}
