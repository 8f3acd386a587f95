package io.github.alloydbagent.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.log.NonBlockingThread;
import io.github.alloydbagent.status.EventKind;
import java.util.concurrent.atomic.AtomicReference;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;

class JfrEventsTest {

  /** The recorder defines classes for event types, which runs the transformers of other agents. */
  @Test
  void neverCreatesEventTypesOnANonBlockingThread() throws Exception {
    try (Recording recording = new Recording()) {
      recording.start();
      JfrEvents events = new JfrEvents(new Log(LogLevel.OFF, System.err));
      assertThat(begunOnTheTimer(events)).isNull();

      assertThat(events.begin(EventKind.REFRESH)).isNotNull();
      assertThat(begunOnTheTimer(events)).as("once they are there").isNotNull();
    }
  }

  private static Object begunOnTheTimer(JfrEvents events) throws InterruptedException {
    AtomicReference<Object> begun = new AtomicReference<>();
    Thread timer =
        new NonBlockingThread(
            () -> begun.set(events.begin(EventKind.REFRESH)), "timer", Thread::new);
    timer.start();
    timer.join();
    return begun.get();
  }
}
