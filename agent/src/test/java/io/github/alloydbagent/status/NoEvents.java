package io.github.alloydbagent.status;

import io.github.alloydbagent.time.Clock;
import java.io.IOException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Creates statuses of instances whose events are not recorded. */
public class NoEvents implements Events {

  public static InstanceStatus status(
      String instance, Supplier<String> principal, LongSupplier clock) {
    return status(instance, "1", principal, clock);
  }

  /**
   * Creates a status.
   *
   * @param clock milliseconds, for both clocks
   */
  public static InstanceStatus status(
      String instance, String identity, Supplier<String> principal, LongSupplier clock) {
    InstanceStatus status =
        new InstanceStatus(instance, identity, principal, clock(clock), new NoEvents());
    status.setRefreshable(new NeverRefreshed(status, clock));
    return status;
  }

  /** Connection info that is valid until the certificate in the status expires. */
  private static final class NeverRefreshed implements Refreshable {
    private final InstanceStatus status;
    private final LongSupplier clock;

    NeverRefreshed(InstanceStatus status, LongSupplier clock) {
      this.status = status;
      this.clock = clock;
    }

    @Override
    public void refresh(long timeoutMillis) throws IOException {
      throw new IOException("nothing refreshes " + status.instance() + " yet");
    }

    @Override
    public boolean isValid() {
      return clock.getAsLong() < status.certificateEnd();
    }

    @Override
    public boolean isLazy() {
      return false;
    }

    @Override
    public long nextRefreshMillis() {
      return 0;
    }
  }

  /** Returns a clock whose two times both follow the given milliseconds. */
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

  /** Returns the tunnels of a host without connections. */
  public static Tunnels noTunnels() {
    return new Tunnels() {
      @Override
      public int count() {
        return 0;
      }

      @Override
      public int closeAll() {
        return 0;
      }
    };
  }

  @Override
  public Object begin(EventKind kind) {
    return null;
  }

  @Override
  public void endConnect(
      Object begun,
      String instance,
      String host,
      String address,
      String ipType,
      String failedStage,
      String error,
      long credentialsNanos,
      long adminApiNanos,
      long tcpNanos,
      long tlsNanos,
      long metadataExchangeNanos) {
    throw new AssertionError("none was begun");
  }

  @Override
  public void endRefresh(Object begun, String instance, String error, long certificateEndMillis) {
    throw new AssertionError("none was begun");
  }

  @Override
  public void endTunnel(
      Object begun, String instance, long openMillis, long bytesReceived, long bytesSent) {
    throw new AssertionError("none was begun");
  }
}
