package io.github.alloydbagent.time;

/**
 * The two clocks of a JVM. Intervals, deadlines and backoff use {@link #nanoTime}, which never
 * steps; the wall clock is compared with the expiry of certificates and tokens, and printed.
 */
public interface Clock {

  /** The clocks of this machine. */
  Clock SYSTEM =
      new Clock() {
        @Override
        public long wallMillis() {
          return System.currentTimeMillis();
        }

        @Override
        public long nanoTime() {
          return System.nanoTime();
        }
      };

  /** Milliseconds since 1970; an administrator or NTP may set it forwards or backwards. */
  long wallMillis();

  /** Nanoseconds since an arbitrary origin; monotonic. */
  long nanoTime();
}
