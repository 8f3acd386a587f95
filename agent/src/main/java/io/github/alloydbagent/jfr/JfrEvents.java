package io.github.alloydbagent.jfr;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.NonBlockingThread;
import io.github.alloydbagent.status.EventKind;
import io.github.alloydbagent.status.Events;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * Records events once the JVM's flight recorder has been started, by a flag, a tool or the
 * application, and until then loads one class of it: to ask just that. Reflection, since Java 8 has
 * the recorder from 8u262 on, an image may be linked without it, and the agent is compiled for all.
 */
public final class JfrEvents implements Events {
  private final Log log;
  private volatile boolean broken;
  private volatile @Nullable RecorderEvents events;

  public JfrEvents(Log log) {
    this.log = log;
  }

  /**
   * Never makes the types of the events on a thread that must not block: the recorder defines
   * classes for them, which runs the transformers of other agents.
   */
  @Override
  public @Nullable Object begin(EventKind kind) {
    if (broken
        || (events == null && Thread.currentThread() instanceof NonBlockingThread)
        || !isStarted()) {
      return null;
    }
    try {
      return events().begin(kind);
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      giveUp(e);
      return null;
    }
  }

  @Override
  public void end(Object begun, Object... values) {
    try {
      events().end(begun, values);
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      giveUp(e);
    }
  }

  private void giveUp(Throwable e) {
    broken = true;
    log.debug("JFR: nothing is recorded: " + e);
  }

  private boolean isStarted() {
    Method question = Recorder.IS_INITIALIZED;
    try {
      return question != null && (Boolean) question.invoke(null);
    } catch (ReflectiveOperationException e) {
      giveUp(e);
      return false;
    }
  }

  /** Made at most a few times, which does no harm. */
  private RecorderEvents events() throws ReflectiveOperationException {
    RecorderEvents known = events;
    if (known == null) {
      known = RecorderEvents.shared();
      events = known;
    }
    return known;
  }

  /** Looked for once, when the first event could begin. */
  private static final class Recorder {
    static final @Nullable Method IS_INITIALIZED = find();

    private static @Nullable Method find() {
      try {
        return Class.forName("jdk.jfr.FlightRecorder", false, null).getMethod("isInitialized");
      } catch (ReflectiveOperationException | LinkageError e) {
        return null; // a JVM without it
      }
    }
  }
}
