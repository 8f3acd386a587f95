package io.github.alloydbagent.driver;

import org.jspecify.annotations.Nullable;

/**
 * Remembers a thread's last lookup for the address hook that follows in the same constructor: the
 * drivers of 9.2 to 42.2 ask for a socket first, then for the address to connect it to. A second
 * lookup could wait for the list of instances again, with a deadline of its own, and could find
 * another answer than the socket was made for.
 *
 * <p>The value is made of JDK types alone, so that what stays behind on a thread of the application
 * keeps no class loader alive.
 */
final class LastLookup {

  @SuppressWarnings("ThreadLocalUsage") // a JVM has one; those of tests must not know each other's
  private final ThreadLocal<Object[]> last = new ThreadLocal<Object[]>();

  void remember(String host, int port, boolean mapped) {
    last.set(new Object[] {host, port, mapped});
  }

  /** Whether the host was mapped, once; null if the last lookup was for another one. */
  @Nullable Boolean take(String host, int port) {
    Object[] found = last.get();
    if (found == null) {
      return null;
    }
    last.remove();
    boolean same = found[0].equals(host) && found[1].equals(port);
    return same ? (Boolean) found[2] : null;
  }
}
