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
  private IOException failure;

  private final CachedToken token =
      new CachedToken(
          () -> {
            fetches++;
            if (failure != null) {
              throw failure;
            }
            return new AccessToken(
                "t" + fetches, new Date(System.currentTimeMillis() + lifeMillis));
          },
          work::add);

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

  @Test
  void fetchesAheadOfTheEndWithoutLettingAnyoneWait() {
    lifeMillis = CachedToken.REFRESH - 10_000;
    token.get();
    runWork();
    assertThat(token.get()).as("still good").isCompletedWithValue("t1");
    runWork();
    assertThat(token.get()).isCompletedWithValue("t2");
  }

  @Test
  void neverHandsOutAStaleToken() {
    lifeMillis = CachedToken.STALE - 1_000;
    token.get();
    runWork();
    CompletableFuture<String> second = token.get();
    assertThat(second).isNotDone();
    runWork();
    assertThat(second).isCompletedWithValue("t2");
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
