package io.github.alloydbagent.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.auth.oauth2.AccessToken;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.time.VirtualTime;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class CachedTokenTest {
  private final Queue<Runnable> work = new ArrayDeque<>();
  private int fetches;
  private long lifeMillis = 3_600_000;
  private final VirtualTime time = new VirtualTime();
  private IOException failure;

  private final CachedToken token =
      new CachedToken(
          () -> {
            fetches++;
            if (failure != null) {
              throw failure;
            }
            return new AccessToken("t" + fetches, new Date(time.wallMillis() + lifeMillis));
          },
          time.timer(),
          work::add,
          time,
          new Jitter(() -> 1));

  private void runWork() {
    time.settle();
    while (!work.isEmpty()) {
      work.remove().run();
      time.settle();
    }
  }

  @Test
  void aHundredConcurrentCallersCauseOneRequest() {
    List<CompletableFuture<String>> asked = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      asked.add(token.get());
    }
    runWork();
    assertThat(asked).allSatisfy(future -> assertThat(future.join()).isEqualTo("t1"));
    assertThat(token.get().join()).isEqualTo("t1");
    assertThat(fetches).isEqualTo(1);
  }

  private String got() {
    CompletableFuture<String> asked = token.get();
    runWork();
    return asked.join();
  }

  @Test
  void refreshesBeforeTheExpiryWithoutBlockingCallers() {
    got();
    time.freeze(lifeMillis - CachedToken.REFRESH_AHEAD_MILLIS + 1);
    assertThat(token.get()).as("still good").isCompletedWithValue("t1");
    runWork();
    assertThat(token.get()).isCompletedWithValue("t2");
  }

  @Test
  void callersDoNotWaitForAFailingServerWhileTheTokenIsValid() {
    got();
    time.freeze(lifeMillis - CachedToken.MIN_VALIDITY_MILLIS - 1);
    assertThat(token.get()).isCompletedWithValue("t1");
    time.settle();
    assertThat(token.get()).as("it does not respond").isCompletedWithValue("t1");
    failure = new IOException("down");
    runWork();
    assertThat(token.get()).isCompletedWithValue("t1");
    assertThat(work).as("the next fetch, which has its time").isEmpty();
    time.freeze(500);
    assertThat(got()).as("the last minute of it").isEqualTo("t1");
    time.freeze(CachedToken.MIN_VALIDITY_MILLIS);
    assertThatThrownBy(this::got).hasCause(failure);
    time.freeze(500);
    failure = null;
    assertThat(got()).isEqualTo("t5");
  }

  @Test
  void callsAFailingServerAtMostEveryHalfMinuteWhileTheTokenIsValid() {
    got();
    time.freeze(lifeMillis - CachedToken.REFRESH_AHEAD_MILLIS + 1);
    failure = new IOException("down");
    for (int second = 0; second < 240; second++) {
      assertThat(got()).isEqualTo("t1");
      time.advance(1_000);
    }
    assertThat(fetches - 1).isBetween(8, 16);
  }

  /**
   * Regression: a caller waited past its deadline, and its connection failed although the token was
   * valid.
   */
  @Test
  void returnsTheOldTokenInItsLastMinuteIfTheServerHangs() {
    got();
    time.freeze(lifeMillis - CachedToken.MIN_VALIDITY_MILLIS + 1);
    CompletableFuture<String> waiting = token.get(Deadline.inMillis(10_000, time));
    time.settle();
    assertThat(waiting).isNotDone();
    time.advance(5_001);
    assertThat(waiting).as("with time left to connect").isCompletedWithValue("t1");
  }

  @Test
  void retriesUntilTheDeadlineWithoutAToken() {
    failure = new IOException("down");
    CompletableFuture<String> waiting = token.get(Deadline.inMillis(10_000, time));
    for (int i = 0; i < 4; i++) {
      runWork();
      time.advance(500);
    }
    assertThat(waiting).isNotDone();
    failure = null;
    for (int i = 0; i < 10; i++) {
      time.advance(500);
      runWork();
    }
    assertThat(waiting).isCompleted();
  }

  @Test
  void failsAtTheDeadlineWithTheLastFailure() {
    failure = new IOException("down");
    CompletableFuture<String> waiting = token.get(Deadline.inMillis(1_000, time));
    for (int i = 0; i < 20; i++) {
      runWork();
      time.advance(100);
    }
    assertThatThrownBy(waiting::join).hasCause(failure);
  }

  @Test
  void neverReturnsAnExpiredTokenIfTheWallClockWasSetBack() {
    got();
    time.stepWall(-24 * 3_600_000L);
    time.freeze(lifeMillis);
    assertThat(got()).isEqualTo("t2");
  }

  @Test
  void waitsForANewTokenInTheLastMinute() {
    got();
    time.freeze(lifeMillis - CachedToken.MIN_VALIDITY_MILLIS);
    CompletableFuture<String> second = token.get();
    assertThat(second).isNotDone();
    runWork();
    assertThat(second).isCompletedWithValue("t2");
  }

  @Test
  void returnsATokenOfAMinuteForMostOfItsLife() {
    lifeMillis = 60_000;
    for (int second = 0; second < 600; second++) {
      assertThat(got()).isNotNull();
      time.freeze(1_000);
    }
    assertThat(fetches).as("one in half a minute").isBetween(19, 21);
  }

  @Test
  void limitsReplacementsOfRefusedTokens() {
    assertThat(got()).isEqualTo("t1");
    assertThat(token.discard("t1")).isTrue();
    assertThat(got()).isEqualTo("t2");
    assertThat(token.discard("t1")).as("it is replaced already").isTrue();
    assertThat(token.discard("t2")).as("all tokens may have been revoked twice").isTrue();
    assertThat(got()).isEqualTo("t3");
    assertThat(token.discard("t3")).as("the token is hardly the reason").isFalse();
    assertThat(got()).isEqualTo("t3");
    time.freeze(CachedToken.REFUSED_INTERVAL_MILLIS);
    assertThat(token.discard("t3")).isTrue();
    assertThat(got()).isEqualTo("t4");
  }

  /** A hundred connections may learn at the same time that their token was revoked. */
  @Test
  void concurrentRefusalsOfATokenCountOnce() throws InterruptedException {
    AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});
    Clock clock =
        new Clock() {
          @Override
          public long wallMillis() {
            return time.wallMillis();
          }

          @Override
          public long nanoTime() {
            meanwhile.getAndSet(() -> {}).run();
            return time.nanoTime();
          }
        };
    CachedToken shared =
        new CachedToken(
            () -> new AccessToken("t", new Date(time.wallMillis() + lifeMillis)),
            time.timer(),
            work::add,
            clock,
            new Jitter(() -> 1));
    CompletableFuture<String> first = shared.get();
    runWork();
    assertThat(first).isCompletedWithValue("t");
    List<Thread> others = new ArrayList<>();
    Queue<Boolean> results = new ConcurrentLinkedQueue<>();
    for (int i = 0; i < 5; i++) {
      others.add(new Thread(() -> results.add(shared.discard("t"))));
    }
    meanwhile.set(
        () -> {
          for (Thread other : others) {
            other.start();
            while (other.getState() != Thread.State.BLOCKED) {
              Thread.onSpinWait();
            }
          }
        });
    assertThat(shared.discard("t")).isTrue();
    for (Thread other : others) {
      other.join();
    }
    assertThat(results).hasSize(5).containsOnly(true);
  }

  /** Regression: after a second revocation within 30 s, all connections failed until then. */
  @Test
  void replacesATokenThatWorkedHoweverSoonItIsRefused() {
    for (int i = 1; i <= 5; i++) {
      String value = got();
      assertThat(value).isEqualTo("t" + i);
      token.accepted(value);
      assertThat(token.discard(value)).isTrue();
    }
    String last = got();
    token.accepted(last);
    assertThat(token.discard(last)).as("another server accepts it, this one never will").isFalse();
    time.freeze(10_000);
    assertThat(token.discard(last)).isTrue();
    got();
    assertThat(token.discard("t7")).as("it never worked").isTrue();
    token.accepted("t7");
    assertThat(got()).isEqualTo("t8");
    assertThat(token.discard("t8")).as("the second one that never worked").isTrue();
    assertThat(got()).isEqualTo("t9");
    assertThat(token.discard("t9")).as("the token that worked was another one").isFalse();
  }

  @Test
  void fetchesAgainAfterAFailure() {
    failure = new IOException("down");
    CompletableFuture<String> first = token.get();
    runWork();
    assertThatThrownBy(first::join).hasCause(failure);
    failure = null;
    time.freeze(500);
    CompletableFuture<String> second = token.get();
    runWork();
    assertThat(second).isCompletedWithValue("t2");
  }
}
