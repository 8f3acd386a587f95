package io.github.alloydbagent.compatibility;

import java.util.concurrent.ThreadLocalRandom;

/** Addresses of this machine's own, where servers find the ports free that they use by default. */
public final class Loopback {

  private Loopback() {}

  /** One of sixteen million, so that no two tests have the same. */
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
