package io.github.alloydbagent.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.time.Deadline;
import java.net.Socket;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DialWatchTest {
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  @AfterEach
  void stop() {
    Thread.interrupted();
    timer.shutdownNow();
  }

  @Test
  void leavesTheDialOfAnInterruptedThreadAlone() throws Exception {
    try (Socket socket = new Socket();
        DialWatch watch = new DialWatch(socket, Deadline.inMillis(60_000), timer)) {
      Thread.currentThread().interrupt();
      Future<?> looked = timer.schedule(() -> {}, 250, TimeUnit.MILLISECONDS); // after some looks
      while (!looked.isDone()) {
        Thread.onSpinWait();
      }
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
      assertThat(socket.isClosed()).isFalse();
      watch.succeeded();
    }
  }

  @Test
  @SuppressWarnings("try") // the watch closes it
  void closesTheSocketAtTheDeadline() throws Exception {
    try (Socket socket = new Socket();
        DialWatch watch = new DialWatch(socket, Deadline.inMillis(20), timer)) {
      timer.schedule(() -> {}, 250, TimeUnit.MILLISECONDS).get();
      assertThat(socket.isClosed()).isTrue();
    }
  }
}
