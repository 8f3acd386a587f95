package io.github.alloydbagent.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.config.TestSettings;
import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.refresh.ClientCertificate;
import io.github.alloydbagent.refresh.TestConnectionInfo;
import io.github.alloydbagent.status.NoEvents;
import io.github.alloydbagent.time.VirtualTime;
import io.github.alloydbagent.tunnel.socket.TunnelSocket;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Uses real TLS 1.3 and a virtual clock. */
@Timeout(60)
class WarmTunnelsTest {
  private static final Log SILENT = new Log(LogLevel.OFF, System.err);

  private static SSLContext context;
  private static ClientCertificate certificate;
  private static DialInputs inputs;

  private final VirtualTime timer = new VirtualTime();
  private final List<TlsPair> pairs = new ArrayList<>();
  private final Queue<Runnable> queue = new ArrayDeque<>();
  private final Dials dials = new Dials();
  private final WarmTunnels warm =
      new WarmTunnels(2, queue::add, timer.timer(), timer::nanoTime, SILENT);

  /** The source of spares: pairs of TLS sockets, with the current inputs. */
  private final class Dials implements WarmTunnels.Source {
    private DialInputs now = inputs;
    private boolean down;
    private long takesMillis;
    private int count;

    @Override
    public DialInputs inputs() {
      return now;
    }

    @Override
    public ReadyTunnel dial(DialInputs on) throws IOException {
      count++;
      timer.freeze(takesMillis);
      if (down) {
        throw new ConnectException("refused");
      }
      try {
        TlsPair pair = new TlsPair(context);
        pairs.add(pair);
        return new ReadyTunnel(pair.tls, pair.tcp, on, IpType.PRIVATE, "10.0.0.1:5433");
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }

  @BeforeAll
  static void certificate(@TempDir Path directory) throws Exception {
    context = TlsPair.context(directory);
    certificate = TestConnectionInfo.certificate(context);
    inputs = new DialInputs(TestConnectionInfo.at("10.0.0.1", certificate), "token");
  }

  @AfterEach
  void disconnect() throws IOException {
    for (TlsPair pair : pairs) {
      pair.close();
    }
  }

  private void background() {
    for (Runnable next = queue.poll(); next != null; next = queue.poll()) {
      next.run();
    }
  }

  private void use() {
    warm.connectionOpened(dials);
    background();
  }

  /** Advances the time past the next check of all spares and runs the background tasks. */
  private void pass(long millis) {
    for (long left = millis; left > 0; left -= 1_000) {
      timer.advance(Math.min(left, 1_000));
      background();
    }
  }

  /** The open connection does not fail either. */
  @Test
  void retriesRejectedWorkOnTheNextUse() {
    boolean[] full = {true};
    VirtualTime clock = new VirtualTime();
    WarmTunnels tunnels =
        new WarmTunnels(
            2,
            task -> {
              if (full[0]) {
                throw new OutOfMemoryError("thrown by a test");
              }
              queue.add(task);
            },
            clock.timer(),
            clock::nanoTime,
            SILENT);
    tunnels.connectionOpened(dials);
    full[0] = false;
    tunnels.connectionOpened(dials);
    background();
    assertThat(tunnels.count()).isEqualTo(2);
  }

  @Test
  void retriesARejectedTimerTaskOnTheNextUse() {
    VirtualTime clock = new VirtualTime();
    clock.failScheduling(new StackOverflowError("thrown by a test"));
    WarmTunnels tunnels = new WarmTunnels(2, queue::add, clock.timer(), clock::nanoTime, SILENT);
    tunnels.connectionOpened(dials);
    clock.failScheduling(null);
    tunnels.connectionOpened(dials);
    background();
    assertThat(tunnels.count()).isEqualTo(2);
    clock.advance(
        TimeUnit.NANOSECONDS.toMillis(WarmTunnels.IDLE_TIMEOUT_NANOS)
            + 2 * WarmTunnels.CHECK_INTERVAL_MILLIS);
    background();
    assertThat(tunnels.count()).as("closed by a look").isZero();
  }

  @Test
  void keepsTheConfiguredNumberAfterTheFirstUse() {
    assertThat(warm.take(inputs)).isNull();
    assertThat(warm.count()).isZero();
    use();
    assertThat(warm.count()).isEqualTo(2);
    assertThat(warm.take(inputs)).isNotNull();
    assertThat(warm.take(inputs)).isNotNull();
    assertThat(warm.take(inputs)).isNull();
    use();
    assertThat(warm.count()).isEqualTo(2);
    assertThat(dials.count).isEqualTo(4);
  }

  @Test
  void delaysTheRefillWhileAnotherSpareIsReady() {
    use();
    warm.take(inputs);
    warm.connectionOpened(dials);
    timer.advance(WarmTunnels.DIAL_DELAY_MILLIS - 1);
    background();
    assertThat(warm.count()).isEqualTo(1);
    timer.advance(1);
    background();
    assertThat(warm.count()).isEqualTo(2);

    warm.take(inputs);
    warm.take(inputs);
    warm.connectionOpened(dials);
    background();
    assertThat(warm.count()).as("at once, where there was none").isEqualTo(2);
  }

  @Test
  void takesTheNewestWorkingSpare() throws Exception {
    use();
    TunnelSocket tunnel =
        warm.take(inputs)
            .toSocket(
                null, false, NoEvents.status("i", () -> "p", () -> 0).newTraffic(), TlsPair.TIMER);
    TlsPair pair = pairs.get(1);
    tunnel.getOutputStream().write(5);
    assertThat(pair.server.getInputStream().read()).isEqualTo(5);
    pair.server.getOutputStream().write(6);
    assertThat(tunnel.getInputStream().read()).isEqualTo(6);
    assertThat(tunnel.getSoTimeout()).isZero();
  }

  @Test
  void discardsSparesWithAnotherCertificateTokenOrAddress() {
    List<DialInputs> others =
        List.of(
            new DialInputs(
                TestConnectionInfo.at("10.0.0.1", TestConnectionInfo.certificate(context)),
                "token"),
            new DialInputs(TestConnectionInfo.at("10.0.0.2", certificate), "token"),
            new DialInputs(TestConnectionInfo.at("10.0.0.1", certificate), "another"));
    for (DialInputs other : others) {
      use();
      assertThat(warm.take(other)).isNull();
      assertThat(warm.count()).isZero();
    }
    assertThat(pairs).hasSize(6).allMatch(pair -> pair.tls.isClosed());
  }

  @Test
  void keepsSparesIfNewInfoIsEqual() {
    use();
    assertThat(warm.take(new DialInputs(TestConnectionInfo.at("10.0.0.1", certificate), "token")))
        .isNotNull();
  }

  @Test
  void replacesSparesWhenTheInputsChange() {
    use();
    dials.now = new DialInputs(TestConnectionInfo.at("10.0.0.1", certificate), "another");
    pass(WarmTunnels.CHECK_INTERVAL_MILLIS);
    assertThat(pairs.subList(0, 2)).allMatch(pair -> pair.tls.isClosed());
    assertThat(warm.take(dials.now)).isNotNull();
  }

  @Test
  void dialsNoSparesWhileInputsAreUnavailable() {
    use();
    dials.now = null;
    pass(WarmTunnels.CHECK_INTERVAL_MILLIS);
    assertThat(warm.count()).isZero();
    assertThat(dials.count).isEqualTo(2);
  }

  @Test
  void discardsSparesAfterFiftySeconds() {
    use();
    timer.freeze(49_999);
    assertThat(warm.take(inputs)).isNotNull();
    timer.freeze(1);
    assertThat(warm.take(inputs)).isNull();
    assertThat(pairs.get(0).tls.isClosed()).isTrue();
  }

  @Test
  void replacesSparesBeforeTheyAreTooOld() {
    use();
    pass(48_000);
    assertThat(dials.count).isEqualTo(4);
    assertThat(warm.take(inputs)).isNotNull();
    assertThat(pairs.subList(0, 2)).allMatch(pair -> pair.tls.isClosed());
  }

  /** The server's own timeout starts when its side is ready, not when the dial began. */
  @Test
  void measuresTheAgeFromTheEndOfTheDial() {
    dials.takesMillis = 9_000;
    use(); // one dial after another
    timer.freeze(49_999);
    assertThat(warm.take(inputs)).as("the second, whose dial ended last").isNotNull();
    assertThat(warm.take(inputs)).as("the first, nine seconds older").isNull();
  }

  @Test
  void detectsThatTheServerClosedASpare() throws Exception {
    use();
    pairs.get(0).cut(); // without close_notify
    pairs.get(1).drainTickets();
    pairs.get(1).server.close(); // with close_notify
    awaitRecord(pairs.get(1));
    timer.freeze(1_000);
    assertThat(warm.take(inputs)).isNull();
    assertThat(pairs).allMatch(pair -> pair.tls.isClosed());
  }

  @Test
  void replacesSparesLostWhileTheApplicationSlept() throws Exception {
    use();
    pairs.get(0).cut();
    pairs.get(1).cut();
    pass(WarmTunnels.CHECK_INTERVAL_MILLIS);
    assertThat(dials.count).isEqualTo(4);
    assertThat(warm.take(inputs)).isNotNull();
  }

  /** The server has sent session tickets, which the client has not read yet. */
  @Test
  void keepsSparesThatReceivedSessionTickets() {
    use();
    timer.freeze(1_000);
    assertThat(warm.take(inputs)).isNotNull();
    assertThat(warm.take(inputs)).isNotNull();
  }

  @Test
  void closesSparesThatReceivedUnexpectedData() throws Exception {
    use();
    pairs.get(1).drainTickets();
    pairs.get(1).server.getOutputStream().write('E');
    awaitRecord(pairs.get(1));
    assertThat(warm.take(inputs)).isNotNull();
    assertThat(pairs.get(1).tls.isClosed()).isTrue();
    assertThat(pairs.get(0).tls.isClosed()).isFalse();
  }

  private static void awaitRecord(TlsPair pair) throws IOException {
    while (pair.tcp.available() == 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void closesAllSparesAfterFiveMinutesWithoutUse() {
    use();
    pass(TimeUnit.MINUTES.toMillis(5) - 1_000);
    assertThat(warm.count()).isEqualTo(2);
    pass(WarmTunnels.CHECK_INTERVAL_MILLIS);
    assertThat(warm.count()).isZero();
    assertThat(pairs).allMatch(pair -> pair.tls.isClosed());
    int dialled = dials.count;
    pass(TimeUnit.MINUTES.toMillis(5));
    assertThat(dials.count).isEqualTo(dialled);
    use();
    assertThat(warm.count()).isEqualTo(2);
  }

  @Test
  void backsOffWhileTheServerIsDown() {
    dials.down = true;
    for (int i = 0; i < 100; i++) {
      use();
    }
    assertThat(dials.count).isEqualTo(1);
    pass(180_000);
    assertThat(dials.count).as("after 5, 10, 15, 25, 45, 80, ... s").isBetween(6, 9);
    dials.down = false;
    pass(35_000);
    assertThat(warm.count()).isEqualTo(2);
  }

  @Test
  void keepsNoSparesOnceClosed() {
    use();
    assertThat(warm.take(inputs)).isNotNull();
    warm.connectionOpened(dials);
    timer.advance(WarmTunnels.DIAL_DELAY_MILLIS); // whose dial is then in progress
    Runnable dial = queue.remove();
    warm.close();
    dial.run();
    background();
    use();
    assertThat(warm.count()).isZero();
    assertThat(pairs.get(0).tls.isClosed()).isTrue();
    assertThat(pairs.get(1).tls.isClosed()).as("is an application's").isFalse();
  }

  @Test
  void closesATunnelWhoseDialEndsAfterClose() {
    WarmTunnels one = new WarmTunnels(1, queue::add, timer.timer(), timer::nanoTime, SILENT);
    one.connectionOpened(
        new WarmTunnels.Source() {
          @Override
          public DialInputs inputs() {
            return inputs;
          }

          @Override
          public ReadyTunnel dial(DialInputs on) throws IOException {
            ReadyTunnel dialled = dials.dial(on);
            one.close();
            return dialled;
          }
        });
    background();
    assertThat(one.count()).isZero();
    assertThat(pairs).singleElement().matches(pair -> pair.tls.isClosed());
  }

  /** One pair of sockets serves as all tunnels: none is checked, because all are recent. */
  @Test
  void neverExceedsTheMaximumUnderLoad() throws Exception {
    ExecutorService background = Executors.newFixedThreadPool(4);
    AtomicInteger open = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (TlsPair pair = new TlsPair(context)) {
      WarmTunnels storm = new WarmTunnels(3, background, timer.timer(), () -> 0, SILENT);
      WarmTunnels.Source source =
          new WarmTunnels.Source() {
            @Override
            public DialInputs inputs() {
              return inputs;
            }

            @Override
            public ReadyTunnel dial(DialInputs on) {
              most.accumulateAndGet(open.incrementAndGet(), Math::max);
              return new ReadyTunnel(pair.tls, pair.tcp, on, IpType.PRIVATE, "10.0.0.1:5433");
            }
          };
      pair.drainTickets();
      List<CompletableFuture<Void>> threads = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        threads.add(
            CompletableFuture.runAsync(
                () -> {
                  int taken = 0;
                  while (taken < 500) {
                    synchronized (
                        open) { // otherwise a tunnel that is taken but not counted yet counts twice
                      if (storm.take(inputs) != null) {
                        open.decrementAndGet();
                        taken++;
                      }
                    }
                    storm.connectionOpened(source);
                  }
                },
                runnable -> new Thread(runnable).start()));
      }
      for (CompletableFuture<Void> thread : threads) {
        thread.get(50, TimeUnit.SECONDS);
      }
      assertThat(most.get()).as("and one that is dialled before a take counts").isBetween(1, 4);
      background.shutdown();
      assertThat(background.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
      assertThat(storm.count()).isEqualTo(open.get()).isLessThanOrEqualTo(3);
    } finally {
      background.shutdownNow();
    }
  }

  @Test
  void isDisabledByDefaultAndWithLazyRefresh() {
    assertThat(TestSettings.mapping().settings().warmTunnels()).isZero();
    assertThat(TestSettings.mapping("warm-tunnels", "2").settings().warmTunnels()).isEqualTo(2);
    assertThat(
            TestSettings.mapping("warm-tunnels", "2", "refresh-strategy", "LAZY")
                .settings()
                .warmTunnels())
        .isZero();
  }
}
