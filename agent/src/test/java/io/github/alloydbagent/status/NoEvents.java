package io.github.alloydbagent.status;

import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Figures of an instance whose events are recorded nowhere. */
public final class NoEvents implements Events {

  public static InstanceStatus status(
      String instance, Supplier<String> principal, LongSupplier clock) {
    return new InstanceStatus(instance, principal, clock, new NoEvents());
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
