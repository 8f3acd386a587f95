package io.github.alloydbagent.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class NameLookupTest {
  private final Queue<Runnable> hanging = new ArrayDeque<>();

  @Test
  void givesUpANameServiceThatDoesNotAnswer() {
    assertThatThrownBy(() -> new NameLookup(hanging::add).lookUp("localhost", 20))
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessage("the name localhost was not resolved after 20 ms");
    assertThat(hanging)
        .singleElement()
        .matches(task -> ((FutureTask<?>) task).isCancelled(), "not started later");
  }

  @Test
  void givesUpIfTooManyLookupsHang() {
    assertThatThrownBy(
            () ->
                new NameLookup(
                        task -> {
                          throw new RejectedExecutionException();
                        })
                    .lookUp("localhost", 20))
        .isInstanceOf(SocketTimeoutException.class);
  }

  @Test
  void looksUpNamesButNotAddresses() throws Exception {
    assertThat(new NameLookup(Runnable::run).lookUp("localhost", 1_000))
        .contains(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    assertThat(new NameLookup(hanging::add).lookUp("127.0.0.1", 20)).hasSize(1);
    assertThat(new NameLookup(hanging::add).lookUp("[::1]", 20)).hasSize(1);
    assertThat(hanging).isEmpty();
  }
}
