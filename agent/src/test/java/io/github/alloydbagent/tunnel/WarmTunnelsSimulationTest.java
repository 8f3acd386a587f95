package io.github.alloydbagent.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.refresh.ClientCertificate;
import io.github.alloydbagent.refresh.TestConnectionInfo;
import io.github.alloydbagent.time.VirtualTime;
import io.github.alloydbagent.tunnel.socket.RecordSocket;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

/**
 * Simulates warm tunnels on virtual time with random faults: {@code -Dsimulation.seeds=10000} runs
 * more seeds, {@code -Dsimulation.seed=4711} replays one.
 */
class WarmTunnelsSimulationTest {
  private static final long SEEDS = Long.getLong("simulation.seeds", 300);
  private static final int STEPS = 300;
  private static final String THROWN = "simulated";

  @Test
  void everyInvariantHoldsForEverySeed() throws NoSuchAlgorithmException {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    Long only = Long.getLong("simulation.seed");
    for (long seed = only == null ? 0 : only; seed < (only == null ? SEEDS : only + 1); seed++) {
      try {
        new Simulation(seed, context).run();
      } catch (Throwable e) {
        throw new AssertionError("-Dsimulation.seed=" + seed + ": " + e.getMessage(), e);
      }
    }
  }

  private static final class Simulation implements WarmTunnels.Source {
    private final Random random;
    private final SSLContext context;
    private final VirtualTime time = new VirtualTime();
    private final int most;
    private final WarmTunnels warm;

    /** Tasks that wait for a thread. */
    private final Queue<Runnable> background = new ArrayDeque<>();

    /** Dialed tunnels until they are taken or closed. */
    private final Map<ReadyTunnel, Dialled> open = new LinkedHashMap<>();

    private record Dialled(IdleSocket tcp, long endNanos) {}

    private ClientCertificate certificate;
    private DialInputs inputs;
    private int number;
    private boolean waiting;
    private boolean down;
    private boolean errors;
    private boolean noThreads;

    Simulation(long seed, SSLContext context) {
      this.random = new Random(seed);
      this.context = context;
      this.most = 1 + random.nextInt(4);
      this.certificate = TestConnectionInfo.certificate(context);
      this.warm =
          new WarmTunnels(
              most, this::execute, time.timer(), time::nanoTime, new Log(LogLevel.OFF, System.err));
      changeTerms();
    }

    void run() {
      for (int step = 0; step < STEPS; step++) {
        step();
        check();
      }
      waiting = false;
      down = false;
      errors = false;
      noThreads = false;
      time.failScheduling(null);
      connect();
      pass(40_000); // the maximum backoff, and a check
      for (int more = 0; more < 4 * most && warm.count() < most; more++) {
        pass(250); // spares that are too old are being replaced
      }
      assertThat(warm.count()).as("with all faults over").isEqualTo(most);
      pass(
          TimeUnit.NANOSECONDS.toMillis(WarmTunnels.IDLE_TIMEOUT_NANOS)
              + WarmTunnels.CHECK_INTERVAL_MILLIS);
      assertNothingIsLeft("unused for five minutes");
      connect();
      pass(500L * most);
      assertThat(warm.count()).as("in use again").isEqualTo(most);
      warm.close();
      connect();
      pass(WarmTunnels.CHECK_INTERVAL_MILLIS);
      assertNothingIsLeft("dropped");
    }

    private void step() {
      switch (random.nextInt(14)) {
        case 0:
          changeTerms();
          break;
        case 1:
          waiting = random.nextInt(4) == 0;
          break;
        case 2:
          down = random.nextInt(3) == 0;
          break;
        case 3:
          errors = random.nextInt(3) == 0;
          break;
        case 4:
          noThreads = random.nextInt(4) == 0;
          break;
        case 5:
          time.failScheduling(random.nextInt(4) == 0 ? new OutOfMemoryError(THROWN) : null);
          break;
        case 6:
          open.values().stream()
              .skip(random.nextInt(open.size() + 1))
              .findFirst()
              .ifPresent(dialled -> dialled.tcp.end());
          break;
        case 7:
          time.freeze((long) (90_000 * Math.pow(random.nextDouble(), 3)));
          break;
        case 8:
        case 9:
          pass((long) (400_000 * Math.pow(random.nextDouble(), 6)));
          break;
        case 10:
        case 11:
          pass(random.nextInt(2_000));
          break;
        default:
          connect();
      }
    }

    private void connect() {
      ReadyTunnel tunnel = warm.take(inputs);
      if (tunnel != null) {
        Dialled dialled = open.remove(tunnel);
        assertThat(dialled).as("given to one connection").isNotNull();
        assertThat(dialled.tcp.isClosed()).as("closed").isFalse();
        assertThat(time.nanoTime() - dialled.endNanos)
            .as("age")
            .isLessThan(WarmTunnels.MAX_AGE_NANOS);
        assertThat(tunnel.inputs().matches(inputs)).as("made on the inputs of now").isTrue();
      }
      warm.connectionOpened(this);
    }

    private void changeTerms() {
      int what = random.nextInt(3);
      number++;
      if (what == 0) {
        certificate = TestConnectionInfo.certificate(context);
      }
      inputs =
          new DialInputs(
              TestConnectionInfo.at(what == 1 ? "10.0.0." + number : "10.0.0.1", certificate),
              what == 2 ? "t" + number : "t");
    }

    @Override
    public DialInputs inputs() {
      maybeThrow();
      return waiting ? null : inputs;
    }

    @Override
    public ReadyTunnel dial(DialInputs on) throws IOException {
      maybeThrow();
      if (down) {
        throw new ConnectException("refused");
      }
      time.freeze(random.nextInt(300));
      IdleSocket tcp = new IdleSocket();
      ReadyTunnel tunnel =
          new ReadyTunnel(
              new FakeTls(tcp), new RecordSocket(tcp), on, IpType.PRIVATE, "10.0.0.1:5433");
      open.put(tunnel, new Dialled(tcp, time.nanoTime()));
      return tunnel;
    }

    private void maybeThrow() {
      if (errors && random.nextInt(2) == 0) {
        throw random.nextBoolean() ? new OutOfMemoryError(THROWN) : new StackOverflowError(THROWN);
      }
    }

    private void execute(Runnable task) {
      if (noThreads) {
        throw new OutOfMemoryError(THROWN);
      }
      background.add(task);
    }

    /** Advances the time and runs the waiting tasks. */
    private void pass(long millis) {
      for (long left = millis; left > 0; left -= 250) {
        time.advance(Math.min(left, 250));
        for (int tasks = background.size(); tasks > 0; tasks--) {
          try {
            background.remove().run();
          } catch (Error e) {
            assertThat(e).as("only what was thrown at it").hasMessage(THROWN);
          }
        }
        check();
      }
    }

    private void check() {
      open.values().removeIf(dialled -> dialled.tcp.isClosed());
      assertThat(warm.count()).as("spares").isLessThanOrEqualTo(most);
      if (background.isEmpty()) {
        assertThat(open).as("open, and kept").hasSize(warm.count());
      }
      assertThat(time.pending()).as("a look and a refill").isLessThanOrEqualTo(2);
    }

    private void assertNothingIsLeft(String when) {
      assertThat(warm.count()).as(when).isZero();
      assertThat(open).as(when).isEmpty();
      assertThat(background).as(when).isEmpty();
      assertThat(time.pending()).as("scheduled: " + when).isZero();
    }
  }

  /** A socket without a network: idle until its server closes it. */
  private static final class IdleSocket extends Socket {
    private boolean ended;

    /** Makes the server close the connection. */
    void end() {
      ended = true;
    }

    @Override
    public InputStream getInputStream() {
      return new InputStream() {
        @Override
        public int read() throws IOException {
          if (ended) {
            return -1;
          }
          throw new SocketTimeoutException("silent");
        }
      };
    }
  }
}
