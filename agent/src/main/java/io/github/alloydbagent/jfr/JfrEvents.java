package io.github.alloydbagent.jfr;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.NonBlockingThread;
import io.github.alloydbagent.status.EventKind;
import io.github.alloydbagent.status.Events;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * Records events after the JVM's flight recorder was started, by a flag, a tool or the application.
 * Before that, it loads only the class that shows whether the recorder was started. Uses reflection
 * because Java 8 lacks the recorder before 8u262, and a runtime image may be linked without it.
 */
public final class JfrEvents implements Events {
  private final Log log;
  private volatile boolean isBroken;
  private volatile @Nullable RecorderEvents events;

  public JfrEvents(Log log) {
    this.log = log;
  }

  /**
   * Begins an event. Never creates the event types on a thread that must not block: the recorder
   * defines classes for them, which runs the transformers of other agents.
   */
  @Override
  public @Nullable Object begin(EventKind kind) {
    if (isBroken
        || (events == null && Thread.currentThread() instanceof NonBlockingThread)
        || !isStarted()) {
      return null;
    }
    try {
      return events().begin(kind);
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      disable(e);
      return null;
    }
  }

  @Override
  public void endConnect(
      Object begun,
      String instance,
      String host,
      String address,
      String ipType,
      String failedStage,
      String error,
      long credentialsNanos,
      long adminApiNanos,
      long tcpNanos,
      long tlsNanos,
      long metadataExchangeNanos) {
    end(
        begun,
        instance,
        host,
        address,
        ipType,
        failedStage,
        error,
        credentialsNanos,
        adminApiNanos,
        tcpNanos,
        tlsNanos,
        metadataExchangeNanos);
  }

  @Override
  public void endRefresh(Object begun, String instance, String error, long certificateEndMillis) {
    end(begun, instance, error, certificateEndMillis);
  }

  @Override
  public void endTunnel(
      Object begun, String instance, long openMillis, long bytesReceived, long bytesSent) {
    end(begun, instance, openMillis, bytesReceived, bytesSent);
  }

  /** Ends an event with the values of its fields in {@link RecorderEvents}, in their order. */
  private void end(Object begun, Object... values) {
    try {
      events().end(begun, values);
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      disable(e);
    }
  }

  private void disable(Throwable e) {
    isBroken = true;
    log.debug("JFR: nothing is recorded: " + e);
  }

  private boolean isStarted() {
    Method isInitialized = Recorder.IS_INITIALIZED;
    try {
      return isInitialized != null && (Boolean) isInitialized.invoke(null);
    } catch (ReflectiveOperationException e) {
      disable(e);
      return false;
    }
  }

  /** Concurrent callers may initialize the field several times, to the same object. */
  private RecorderEvents events() throws ReflectiveOperationException {
    RecorderEvents known = events;
    if (known == null) {
      known = RecorderEvents.shared();
      events = known;
    }
    return known;
  }

  /** Looks up the recorder once, when the first event begins. */
  private static final class Recorder {
    static final @Nullable Method IS_INITIALIZED = find();

    private static @Nullable Method find() {
      try {
        return Class.forName("jdk.jfr.FlightRecorder", false, null).getMethod("isInitialized");
      } catch (ReflectiveOperationException | LinkageError e) {
        return null; // a JVM without the recorder
      }
    }
  }
}
