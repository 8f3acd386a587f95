package io.github.alloydbagent.driver;

import org.jspecify.annotations.Nullable;

/**
 * Remembers a thread's last lookup for the address hook that follows in the same constructor:
 * drivers from 9.2 to 42.2 first create a socket and then the address to connect it to. A second
 * lookup could wait for the list of instances again, with a separate deadline, and could return a
 * different result than the one that the socket was created for.
 *
 * <p>The value consists of JDK types only, so that an entry left on an application thread does not
 * keep a class loader alive.
 */
final class LastLookup {

  // an instance field: a JVM has one instance, and tests must not share lookups
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<Object[]> last = new ThreadLocal<Object[]>();

  void remember(String host, int port, boolean mapped) {
    last.set(new Object[] {host, port, mapped});
  }

  /**
   * Returns whether the host was mapped, or null if the last lookup was for another host; clears
   * the lookup.
   */
  @Nullable Boolean take(String host, int port) {
    Object[] lastLookup = last.get();
    if (lastLookup == null) {
      return null;
    }
    last.remove();
    boolean isSameAddress = lastLookup[0].equals(host) && lastLookup[1].equals(port);
    return isSameAddress ? (Boolean) lastLookup[2] : null;
  }
}
