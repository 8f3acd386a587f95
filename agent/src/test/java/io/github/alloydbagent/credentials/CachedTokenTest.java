package io.github.alloydbagent.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.auth.oauth2.AccessToken;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CachedTokenTest {
  private final Queue<Runnable> work = new ArrayDeque<>();
  private int fetches;
  private long lifeMillis = 3_600_000;
  private long now = 1_700_000_000_000L;
  private IOException failure;

  private final CachedToken token =
      new CachedToken(
          () -> {
            fetches++;
            if (failure != null) {
              throw failure;
            }
            return new AccessToken("t" + fetches, new Date(now + lifeMillis));
          },
          work::add,
          () -> now);

  private void runWork() {
    while (!work.isEmpty()) {
      work.remove().run();
    }
  }

  @Test
  void aHundredWhoAskMakeOneRequest() {
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
  void fetchesAheadOfTheEndWithoutLettingAnyoneWait() {
    got();
    now += lifeMillis - CachedToken.REFRESH + 1;
    assertThat(token.get()).as("still good").isCompletedWithValue("t1");
    runWork();
    assertThat(token.get()).isCompletedWithValue("t2");
  }

  @Test
  void nobodyWaitsForAServerInTroubleWhileTheTokenIsGood() {
    got();
    now += lifeMillis - CachedToken.STALE - 1;
    assertThat(token.get()).isCompletedWithValue("t1");
    assertThat(token.get()).as("it does not answer").isCompletedWithValue("t1");
    failure = new IOException("down");
    runWork();
    assertThat(token.get()).isCompletedWithValue("t1");
    assertThat(work).as("the next fetch, which has its time").isEmpty();
    now += 1;
    assertThat(got()).as("the last minute of it").isEqualTo("t1");
    now += CachedToken.STALE;
    assertThatThrownBy(this::got).hasCause(failure);
    failure = null;
    assertThat(got()).isEqualTo("t5");
  }

  @Test
  void aServerInTroubleIsAskedAheadEveryTenSeconds() {
    got();
    now += lifeMillis - CachedToken.REFRESH + 1;
    failure = new IOException("down");
    for (int i = 0; i < 100; i++) {
      got();
    }
    assertThat(fetches).isEqualTo(2);
    now += CachedToken.PAUSE;
    got();
    assertThat(fetches).isEqualTo(3);
  }

  @Test
  void waitsForANewTokenInTheLastMinute() {
    got();
    now += lifeMillis - CachedToken.STALE;
    CompletableFuture<String> second = token.get();
    assertThat(second).isNotDone();
    runWork();
    assertThat(second).isCompletedWithValue("t2");
  }

  @Test
  void servesATokenOfAMinuteForMostOfIt() {
    lifeMillis = 60_000;
    for (int second = 0; second < 600; second++) {
      assertThat(got()).isNotNull();
      now += 1_000;
    }
    assertThat(fetches).as("one in half a minute").isBetween(19, 21);
  }

  @Test
  void replacesATokenThatIsRefusedNowAndThen() {
    assertThat(got()).isEqualTo("t1");
    assertThat(token.discard("t1")).isTrue();
    assertThat(got()).isEqualTo("t2");
    assertThat(token.discard("t1")).as("it is replaced already").isTrue();
    assertThat(token.discard("t2")).as("that is hardly the token's doing").isFalse();
    assertThat(got()).isEqualTo("t2");
    now += CachedToken.REFUSED_PAUSE;
    assertThat(token.discard("t2")).isTrue();
    assertThat(got()).isEqualTo("t3");
  }

  @Test
  void asksAgainAfterAFailure() {
    failure = new IOException("down");
    CompletableFuture<String> first = token.get();
    runWork();
    assertThatThrownBy(first::join).hasCause(failure);
    failure = null;
    CompletableFuture<String> second = token.get();
    runWork();
    assertThat(second).isCompletedWithValue("t2");
  }
}
