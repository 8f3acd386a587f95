package io.github.alloydbagent.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class InstanceStatusTest {
  private long now = 1_000_000;
  private boolean lazy;
  private IOException refusal;
  private final InstanceStatus status = NoEvents.status("i", () -> "app@p", () -> now);

  InstanceStatusTest() {
    status.refreshedBy(
        new Refreshing() {
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
          public boolean isLazy() {
            return lazy;
          }
        });
  }

  @Test
  void isStartingUntilThereIsSomething() {
    assertThat(status.state()).isEqualTo(State.STARTING);
    lazy = true;
    assertThat(status.state()).isEqualTo(State.IDLE);
  }

  @Test
  void isReadyAsLongAsTheCertificateIsValid() throws Exception {
    status.refresh();
    assertThat(status.state()).isEqualTo(State.READY);
    assertThat(status.nextRefresh()).isEqualTo(1_000_050);
    now = 1_000_100;
    assertThat(status.state()).isEqualTo(State.STARTING);
    status.refreshFailed("no");
    assertThat(status.state()).isEqualTo(State.FAILED);
  }

  @Test
  void isDegradedUntilWhatFailedGoesWell() throws Exception {
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
  void countsAFailureThatIsRepeatedAndKeepsTheLastFew() {
    status.connectFailed("TCP", "a");
    now = 2_000;
    status.connectFailed("TCP", "a");
    assertThat(status.failures())
        .singleElement()
        .satisfies(
            failure -> {
              assertThat(failure.times()).isEqualTo(2);
              assertThat(failure.millis()).isEqualTo(2_000);
            });
    for (int i = 0; i < 9; i++) {
      status.connectFailed("TCP", "b" + i);
    }
    assertThat(status.failures()).extracting(Failure::message).hasSize(5).startsWith("b8", "b7");
  }

  @Test
  void closesNoTunnelWithoutNewInfo() throws Exception {
    FakeTunnels tunnels = new FakeTunnels();
    status.reachedAs("orders-db", tunnels);
    refusal = new IOException("not today");

    assertThatThrownBy(status::reconnect).hasMessage("not today");
    assertThat(status.openTunnels()).isEqualTo(2);

    refusal = null;
    assertThat(status.reconnect()).isEqualTo(2);
    assertThat(status.openTunnels()).isZero();
  }

  @Test
  void countsTheBytesOfAllTunnels() {
    TunnelTraffic one = status.traffic();
    TunnelTraffic other = status.traffic();
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
    public int close() {
      int closed = open;
      open = 0;
      return closed;
    }
  }
}
