package io.github.alloydbagent.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.time.Clock;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class InstanceStatusTest {
  private long now = 1_000_000;
  private boolean lazy;
  private IOException refusal;
  private final InstanceStatus status = NoEvents.status("i", () -> "app@p", () -> now);

  InstanceStatusTest() {
    status.setRefreshable(
        new Refreshable() {
          @Override
          public void refresh(long timeoutMillis) throws IOException {
            if (refusal != null) {
              throw refusal;
            }
            status.refreshed(now, now + 100);
          }

          @Override
          public long nextRefreshMillis() {
            return now + 50;
          }

          @Override
          public boolean isValid() {
            return now < status.certificateEnd();
          }

          @Override
          public boolean isLazy() {
            return lazy;
          }
        });
  }

  @Test
  void isStartingBeforeTheFirstResult() {
    assertThat(status.state()).isEqualTo(State.STARTING);
    lazy = true;
    assertThat(status.state()).isEqualTo(State.IDLE);
  }

  @Test
  void isReadyWhileTheCertificateIsValid() throws Exception {
    status.refresh();
    assertThat(status.state()).isEqualTo(State.READY);
    assertThat(status.nextRefresh()).isEqualTo(1_000_050);
    now = 1_000_100;
    assertThat(status.state()).isEqualTo(State.STARTING);
    status.refreshFailed("no");
    assertThat(status.state()).isEqualTo(State.FAILED);
  }

  @Test
  void isDegradedAfterAFailureUntilASuccess() throws Exception {
    status.refresh();
    status.connectFailed("TCP", "refused");
    assertThat(status.state()).isEqualTo(State.DEGRADED);
    status.connected("PRIVATE", "10.0.0.1:5433", 1_000_000);
    assertThat(status.state()).isEqualTo(State.READY);
    assertThat(status.address()).isEqualTo("10.0.0.1:5433");
    assertThat(status.connectFailuresByStage()).containsEntry("TCP", 1L).hasSize(1);
    assertThat(status.connectFailures()).isEqualTo(1);
    assertThat(status.connects()).isEqualTo(1);
  }

  @Test
  void countsRepeatedFailuresAndKeepsTheLastFive() {
    status.connectFailed("TCP", "a");
    now = 2_000;
    status.connectFailed("TCP", "a");
    assertThat(status.failures())
        .singleElement()
        .satisfies(
            failure -> {
              assertThat(failure.times()).isEqualTo(2);
              assertThat(failure.millis()).isEqualTo(2_000);
              assertThat(failure.firstMillis()).isEqualTo(1_000_000);
            });
    for (int i = 0; i < 9; i++) {
      status.connectFailed("TCP", "b" + i);
    }
    assertThat(status.failures()).extracting(Failure::message).hasSize(5).startsWith("b8", "b7");
  }

  @Test
  void countsFailuresThatDifferOnlyInTimesAsOne() {
    status.refreshFailed("HTTP 503. The agent retries in 30 s; that was its answer 12 s ago.");
    status.refreshFailed("HTTP 503. The agent retries in 2 s; that was its answer 40 s ago.");
    assertThat(status.failures()).extracting(Failure::times).containsExactly(2L);

    status.connectFailed("TLS", "valid until 2026-11-27T10:00:00Z, 3312 ms, 1.2 s");
    status.connectFailed("TLS", "valid until 2026-11-27T11:00:00Z, 3313 ms, 9.9 s");
    assertThat(status.failures()).extracting(Failure::times).containsExactly(2L, 2L);

    status.connectFailed("TCP", "10.0.0.1:5433 refused, HTTP 403");
    status.connectFailed("TCP", "10.0.0.2:5433 refused, HTTP 403");
    status.connectFailed("TCP", "10.0.0.2:5433 refused, HTTP 404");
    assertThat(status.failures()).as("these are different failures").hasSize(5);
  }

  @Test
  void keepsOneEntryForEachOfAlternatingFailures() {
    for (int i = 0; i < 10; i++) {
      status.connectFailed("TCP", "a");
      now += 1_000;
      status.connectFailed("TLS", "b");
      now += 1_000;
    }
    assertThat(status.failures()).extracting(Failure::message).containsExactly("b", "a");
    assertThat(status.failures()).extracting(Failure::times).containsExactly(10L, 10L);
    assertThat(status.failures().get(0).millis()).isEqualTo(1_000_000 + 19_000);
  }

  @Test
  void closesNoTunnelIfTheRefreshFails() throws Exception {
    FakeTunnels tunnels = new FakeTunnels();
    status.addHost("orders-db", tunnels);
    refusal = new IOException("not today");

    assertThatThrownBy(status::reconnect).hasMessage("not today");
    assertThat(status.openTunnels()).isEqualTo(2);

    refusal = null;
    assertThat(status.reconnect()).isEqualTo(2);
    assertThat(status.openTunnels()).isZero();
  }

  @Test
  void dropsARemovedHostAfterItsTunnelsAreClosed() throws Exception {
    FakeTunnels left = new FakeTunnels();
    FakeTunnels stays = new FakeTunnels();
    status.addHost("orders-db", left);
    status.addHost("orders-db", stays); // mapped with other settings
    status.removeHost("orders-db", left);
    assertThat(status.hosts())
        .as("the new mapping has that host, too")
        .containsExactly("orders-db");
    assertThat(status.openTunnels()).isEqualTo(4);

    left.closeAll();
    assertThat(status.openTunnels()).isEqualTo(2);
    left.open = 7;
    assertThat(status.openTunnels()).as("of those that were forgotten").isEqualTo(2);

    status.removeHost("orders-db", stays);
    assertThat(status.hosts()).isEmpty();
    refusal = null;
    assertThat(status.reconnect()).as("open tunnels of a host that left").isEqualTo(2);
  }

  @Test
  void ageOfInfoIsMeasuredOnTheMonotonicClock() throws Exception {
    long[] wall = {1_000_000};
    long[] nanos = {-5};
    int[] fetched = {0};
    InstanceStatus stepped =
        new InstanceStatus(
            "i",
            "1",
            () -> "p",
            new Clock() {
              @Override
              public long wallMillis() {
                return wall[0];
              }

              @Override
              public long nanoTime() {
                return nanos[0];
              }
            },
            new NoEvents());
    stepped.setRefreshable(
        new Refreshable() {
          @Override
          public void refresh(long timeoutMillis) {
            fetched[0]++;
            stepped.refreshed(0, Long.MAX_VALUE);
          }

          @Override
          public long nextRefreshMillis() {
            return 0;
          }

          @Override
          public boolean isValid() {
            return true;
          }

          @Override
          public boolean isLazy() {
            return false;
          }
        });
    stepped.reconnect();
    wall[0] += 3_600_000;
    stepped.reconnect();
    assertThat(fetched[0]).isEqualTo(1);
    wall[0] -= 7_200_000;
    nanos[0] += 31_000_000_000L;
    stepped.reconnect();
    assertThat(fetched[0]).isEqualTo(2);
  }

  @Test
  void countsTheBytesOfAllTunnels() {
    TunnelTraffic one = status.newTraffic();
    TunnelTraffic other = status.newTraffic();
    one.received(-1);
    one.received(10);
    other.received(5);
    other.sent(7);

    assertThat(status.bytesReceived()).isEqualTo(15);
    assertThat(status.bytesSent()).isEqualTo(7);
  }

  private static final class FakeTunnels implements Tunnels {
    private int open = 2;

    @Override
    public int count() {
      return open;
    }

    @Override
    public int closeAll() {
      int closed = open;
      open = 0;
      return closed;
    }
  }
}
