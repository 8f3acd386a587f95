package io.github.alloydbagent.time;

/**
 * The two clocks of a JVM. Intervals, deadlines and backoff use {@link #nanoTime}, which never
 * jumps; the wall clock is only compared with the expiry of certificates and tokens, and printed.
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

  /** Milliseconds since 1970; an administrator or NTP may set this clock forward or back. */
  long wallMillis();

  /** Nanoseconds since an arbitrary origin; monotonic. */
  long nanoTime();
}
