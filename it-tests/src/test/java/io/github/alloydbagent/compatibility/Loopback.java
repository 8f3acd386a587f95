package io.github.alloydbagent.compatibility;

import java.util.concurrent.ThreadLocalRandom;

/** Returns loopback addresses on which the default ports of servers are free. */
public final class Loopback {

  private Loopback() {}

  /** Returns one of sixteen million addresses, so that tests do not share one. */
  public static String address() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return "127."
        + random.nextInt(1, 255)
        + "."
        + random.nextInt(1, 255)
        + "."
        + random.nextInt(1, 255);
  }
}
