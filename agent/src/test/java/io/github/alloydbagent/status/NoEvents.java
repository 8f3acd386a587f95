package io.github.alloydbagent.status;

import io.github.alloydbagent.time.Clock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Figures of an instance whose events are recorded nowhere. */
public final class NoEvents implements Events {

  public static InstanceStatus status(
      String instance, Supplier<String> principal, LongSupplier clock) {
    return status(instance, "1", principal, clock);
  }

  /**
   * @param clock milliseconds, for both clocks
   */
  public static InstanceStatus status(
      String instance, String identity, Supplier<String> principal, LongSupplier clock) {
    return new InstanceStatus(instance, identity, principal, clock(clock), new NoEvents());
  }

  /** Both clocks, moved by one. */
  public static Clock clock(LongSupplier millis) {
    return new Clock() {
      @Override
      public long wallMillis() {
        return millis.getAsLong();
      }

      @Override
      public long nanoTime() {
        return millis.getAsLong() * 1_000_000;
      }
    };
  }

  /** Those of a host that nobody has connected to. */
  public static Tunnels noTunnels() {
    return new Tunnels() {
      @Override
      public int count() {
        return 0;
      }

      @Override
      public int close() {
        return 0;
      }
    };
  }

  @Override
  public Object begin(EventKind kind) {
    return null;
  }

  @Override
  public void end(Object begun, Object... values) {
    throw new AssertionError("none was begun");
  }
}
