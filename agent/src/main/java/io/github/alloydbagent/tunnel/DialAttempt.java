package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.refresh.EarlierFailureException;
import io.github.alloydbagent.status.EventKind;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Interrupts;
import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One attempt to reach a target: records its progress and formats its failure messages. */
final class DialAttempt {
  /** Tolerance for timers that fire early, in milliseconds. */
  private static final long TIMER_TOLERANCE_MILLIS = 20;

  private final String host;
  private final Target target;
  private final Deadline deadline;
  private final DialProgress progress;
  private final Clock clock;
  private Stage stage = Stage.ADMIN_API;
  private Stage failedStage = stage;
  private ErrorCode errorCode = ErrorCode.UNEXPECTED;
  private String logMessage = "";
  private String statusMessage = "";
  private final long startNanos;
  private final Map<Stage, Long> nanos = new EnumMap<>(Stage.class);
  private final @Nullable Object event;
  private long enteredNanos;
  private @Nullable IpType type;
  private @Nullable String address;
  private final StringBuilder earlierFailures = new StringBuilder();
  private long certificateEnd;

  /**
   * @param host the host and port as the driver specified them
   */
  DialAttempt(String host, Target target, Deadline deadline, DialProgress progress, Clock clock) {
    this.clock = clock;
    this.startNanos = clock.nanoTime();
    this.enteredNanos = startNanos;
    this.host = host;
    this.target = target;
    this.deadline = deadline;
    this.progress = progress;
    this.event = target.status().events().begin(EventKind.CONNECT);
  }

  Deadline deadline() {
    return deadline;
  }

  Stage stage() {
    return stage;
  }

  void enter(Stage next) {
    long now = clock.nanoTime();
    nanos.merge(stage, now - enteredNanos, Long::sum);
    enteredNanos = now;
    stage = next;
    progress.onStage(next, address);
  }

  /**
   * Attributes the time since the last stage began to this stage, which the attempt was actually
   * waiting for.
   */
  void waitedFor(Stage actual) {
    stage = actual;
    progress.onStage(actual, address);
  }

  /**
   * Returns the stage responsible for a failure. For a timeout this is the stage that took the most
   * time, which may not be the one that was interrupted.
   */
  Stage failedStage() {
    return failedStage;
  }

  private Stage slowest() {
    Stage slowest = stage;
    for (Stage each : Stage.values()) {
      if (nanos(each) > nanos(slowest)) {
        slowest = each;
      }
    }
    return slowest;
  }

  /** Returns how long each stage took, as a sentence; empty if there was only one stage. */
  private String timeSpent() {
    StringBuilder times = new StringBuilder();
    int stages = 0;
    for (Stage each : Stage.values()) {
      if (nanos(each) >= 1_000_000) {
        times.append(stages++ == 0 ? "Time spent: " : ", ");
        times.append(each).append(' ').append(nanos(each) / 1_000_000).append(" ms");
      }
    }
    return stages < 2 ? "" : times.append(". ").toString();
  }

  /** Returns how long a stage has taken in total, over all addresses and retries. */
  private long nanos(Stage of) {
    Long before = nanos.get(of);
    return (before == null ? 0 : before) + (of == stage ? clock.nanoTime() - enteredNanos : 0);
  }

  /** Records success. */
  void recordSuccess(String hostAndPort) {
    target.status().connected(String.valueOf(type), hostAndPort, clock.nanoTime() - startNanos);
    record(hostAndPort, "", "");
  }

  /**
   * Records a failure, after {@link #toDriverException} was called.
   *
   * @param message the message for the driver. The status gets a message without details that are
   *     true only at this moment, such as the time until the next attempt, because it is read later
   *     and equal messages are counted together.
   */
  void recordFailure(String message) {
    target.status().connectFailed(failedStage.toString(), statusMessage);
    record(address == null ? "" : address, failedStage.toString(), message);
  }

  private void record(String hostAndPort, String failed, String message) {
    if (event != null) {
      target
          .status()
          .events()
          .endConnect(
              event,
              target.instance().uri(),
              host,
              hostAndPort,
              type == null ? "" : type.toString(),
              failed,
              message,
              nanos(Stage.CREDENTIALS),
              nanos(Stage.ADMIN_API),
              nanos(Stage.TCP),
              nanos(Stage.TLS),
              nanos(Stage.METADATA_EXCHANGE));
    }
  }

  /** Sets the address that messages name from now on. */
  void setAddress(IpType dialedType, String hostAndPort) {
    type = dialedType;
    address = dialedType + " " + hostAndPort;
  }

  /** Returns the type of the dialed address. */
  @Nullable IpType type() {
    return type;
  }

  /** Records that this address failed and another one is dialed next. */
  void addressFailed(Throwable cause) {
    earlierFailures
        .append("; before that, ")
        .append(address)
        .append(": ")
        .append(ExceptionMessages.of(cause));
  }

  /** Sets the expiry, in milliseconds, of the client certificate that is used from now on. */
  void setCertificateEnd(long endMillis) {
    certificateEnd = endMillis;
  }

  long certificateEnd() {
    return certificateEnd;
  }

  String host() {
    return host;
  }

  /** Returns the host and the instance, for messages. */
  String hostAndInstance() {
    return "host " + host + ", which is mapped to " + target.instance();
  }

  Target target() {
    return target;
  }

  @Nullable String address() {
    return address;
  }

  /** Converts a failure to an IOException of a type that the driver handles. */
  IOException toDriverException(Throwable cause) {
    failedStage = stage;
    if (Interrupts.isInterruptedVirtualThread()
        || (cause instanceof InterruptedIOException
            && !(cause instanceof SocketTimeoutException))) {
      String interrupted =
          messagePrefix()
              + "interrupted at "
              + stageAndAddress()
              + ". The connection attempt was"
              + " abandoned.";
      report(ErrorCode.INTERRUPTED, interrupted, interrupted);
      return withCause(new InterruptedIOException(message()), cause);
    }
    boolean late = deadline.remainingMillis() <= TIMER_TOLERANCE_MILLIS;
    // In later stages, a failure at the deadline is caused by DialTimeout closing the socket.
    boolean known = stage == Stage.CREDENTIALS || stage == Stage.ADMIN_API;
    if (cause instanceof SocketTimeoutException || (late && !known)) {
      failedStage = slowest();
      String timedOut =
          messagePrefix()
              + stageAndAddress()
              + " timed out after "
              + (late ? deadline.totalMillis() : Connector.EXCHANGE_TIMEOUT_MILLIS)
              + " ms"
              + earlierFailures
              + ". ";
      FailureHints.Hint hint = FailureHints.forTimeout(this);
      report(hint.code, timedOut + timeSpent() + hint.advice, timedOut + hint.advice);
      return withCause(new SocketTimeoutException(message()), cause);
    }
    FailureHints.Hint hint = FailureHints.forFailure(this, cause);
    String found = failedMessage(ExceptionMessages.of(cause), hint.advice);
    report(
        hint.code,
        found,
        cause instanceof EarlierFailureException && cause.getCause() != null
            ? failedMessage(ExceptionMessages.of(cause.getCause()), hint.advice)
            : found);
    if (late) {
      return withCause(new SocketTimeoutException(message()), cause);
    }
    return cause instanceof ConnectException
        ? withCause(new ConnectException(message()), cause)
        : new TunnelException(hint.code, message(), cause);
  }

  private void report(ErrorCode why, String now, String later) {
    errorCode = why;
    logMessage = ExceptionMessages.inOneLine(now);
    statusMessage = why.driverMessage(ExceptionMessages.inOneLine(later));
  }

  /** The code of the failure, once {@link #toDriverException} was called. */
  ErrorCode errorCode() {
    return errorCode;
  }

  /**
   * The failure for the log, without the agent's name and the code, which each log line already
   * contains.
   */
  String logMessage() {
    return logMessage;
  }

  private String message() {
    return errorCode.driverMessage(logMessage);
  }

  private String failedMessage(String found, String advice) {
    return messagePrefix()
        + stageAndAddress()
        + " failed: "
        + ExceptionMessages.sentence(found + earlierFailures)
        + " "
        + advice;
  }

  private String messagePrefix() {
    return "no connection to " + hostAndInstance() + ": ";
  }

  private String stageAndAddress() {
    return stage + (address == null ? "" : " to " + address);
  }

  private static <E extends IOException> E withCause(E failure, Throwable cause) {
    failure.initCause(cause);
    return failure;
  }
}
