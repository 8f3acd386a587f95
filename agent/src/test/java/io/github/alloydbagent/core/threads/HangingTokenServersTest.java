package io.github.alloydbagent.core.threads;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.auth.oauth2.AccessToken;
import io.github.alloydbagent.config.TestSettings;
import io.github.alloydbagent.core.threads.SimulatedThreads.Call;
import io.github.alloydbagent.core.threads.SimulatedThreads.Servers;
import io.github.alloydbagent.credentials.CredentialsException;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.Scope;
import io.github.alloydbagent.credentials.TestIdentity;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.time.VirtualTime;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Identities whose token servers hang, on the real pool with simulated threads. */
@SuppressWarnings("JavaUtilDate") // google-auth's type
class HangingTokenServersTest {
  private final VirtualTime time = new VirtualTime();
  private final ScheduledExecutorService timer = time.timer();
  private final Random random = new Random(4711);
  private final Jitter jitter = new Jitter(random::nextDouble);
  private final List<String> violations = new ArrayList<>();
  private final List<Identity> identities = new ArrayList<>();
  private final Set<Integer> hanging = new HashSet<>();
  private final Map<Runnable, Integer> callers = new IdentityHashMap<>();
  private boolean currentCallHung;
  private final SimulatedThreads simulated =
      new SimulatedThreads(time, timer, new TokenServers(), random, violations::add);

  /** With threads for eight requests only, five identities waited for minutes. */
  @ParameterizedTest
  @ValueSource(ints = {3, 5, 8})
  void aServerThatRespondsAgainIsUsedWithinSixSeconds(int count) {
    for (int i = 0; i < count; i++) {
      hanging.add(identities.size());
      addIdentity();
    }
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < count; i++) {
        // at various times between two requests
        connectFor(20_000 + random.nextInt(10_000));
        hanging.remove(i);
        long start = time.nanoTime();
        CompletableFuture<?> connection = connect(identities.get(i));
        while (!connection.isDone() || connection.isCompletedExceptionally()) {
          connectFor(100);
          connection =
              connection.isCompletedExceptionally() ? connect(identities.get(i)) : connection;
        }
        assertThat((time.nanoTime() - start) / 1_000_000).as("milliseconds").isLessThan(6_000);
        hanging.add(i);
        expireTokens(i);
      }
    }
    hanging.clear();
    time.advance(60_000);
    simulated.checkRecovered();
    assertThat(violations).isEmpty();
  }

  private void addIdentity() {
    int number = identities.size();
    Executor lane = simulated.threads().tokens();
    Executor executor =
        task -> {
          callers.put(task, number);
          lane.execute(task);
        };
    identities.add(
        TestIdentity.of(
            TestSettings.identity("access-token", "t"),
            this::token,
            timer,
            executor,
            time,
            jitter));
  }

  private AccessToken token(Scope scope) throws CredentialsException {
    if (currentCallHung) {
      throw TestIdentity.failure(false);
    }
    return new AccessToken("t" + random.nextLong(), new Date(time.wallMillis() + 3_600_000));
  }

  /** Discards the tokens of an identity, as if they had been used and were then revoked. */
  private void expireTokens(int number) {
    for (Scope scope : Scope.values()) {
      CompletableFuture<String> token = identities.get(number).token(scope);
      identities.get(number).tokenAccepted(scope, token.join());
      identities.get(number).tokenRefused(scope, token.join());
    }
  }

  private CompletableFuture<?> connect(Identity identity) {
    Deadline deadline = Deadline.inMillis(10_000, time);
    return CompletableFuture.allOf(
        identity.token(Scope.API, deadline), identity.token(Scope.LOGIN, deadline));
  }

  /** Lets connections of all identities wait for their tokens. */
  private void connectFor(long millis) {
    long end = time.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (time.nanoTime() < end) {
      for (int i : hanging) {
        Object unused = connect(identities.get(i));
      }
      time.advance(Math.min(500, 1 + (end - time.nanoTime()) / 1_000_000));
    }
  }

  private final class TokenServers implements Servers {
    @Override
    public Call call(Runnable task) {
      boolean hangs = hanging.contains(callers.remove(task));
      return new Call() {
        @Override
        public long millis() {
          return hangs ? 30_000 : 100;
        }

        @Override
        public void run(Runnable work) {
          currentCallHung = hangs;
          work.run();
        }
      };
    }

    @Override
    public void maybeThrow() {}

    @Override
    public boolean hasErrors() {
      return false;
    }
  }
}
