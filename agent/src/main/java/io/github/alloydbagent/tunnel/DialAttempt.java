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

/** One attempt to reach a target: what it is about and how far it came, for what is said of it. */
final class DialAttempt {
  /** Milliseconds by which a timer may be early. */
  private static final long EARLY = 20;

  private final String host;
  private final Target target;
  private final Deadline deadline;
  private final DialProgress progress;
  private final Clock clock;
  private Stage stage = Stage.ADMIN_API;
  private Stage failedStage = stage;
  private ErrorCode code = ErrorCode.UNEXPECTED;
  private String text = "";
  private String recorded = "";
  private final long startNanos;
  private final Map<Stage, Long> nanos = new EnumMap<>(Stage.class);
  private final @Nullable Object event;
  private long enteredNanos;
  private @Nullable IpType type;
  private @Nullable String address;
  private final StringBuilder earlier = new StringBuilder();
  private long certificateEnd;

  /**
   * @param host the driver's own, with its port
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
    progress.entered(next, address);
  }

  /** The time since the last stage began was spent waiting for this one. */
  void waitedFor(Stage actual) {
    stage = actual;
    progress.entered(actual, address);
  }

  /**
   * The stage to blame for a failure: at a deadline the one that took the most time, which need not
   * be the one that was interrupted.
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

  /** How long each stage took, as a sentence; empty if there was only one. */
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

  /** How long a stage has taken, all attempts together. */
  private long nanos(Stage of) {
    Long before = nanos.get(of);
    return (before == null ? 0 : before) + (of == stage ? clock.nanoTime() - enteredNanos : 0);
  }

  /** Records the end of it. */
  void connected(String hostAndPort) {
    target.status().connected(String.valueOf(type), hostAndPort, clock.nanoTime() - startNanos);
    record(hostAndPort, "", "");
  }

  /**
   * Records the end of it, once {@link #failure} was called.
   *
   * @param message what the driver gets. The status gets it without what is only true at this
   *     moment, such as the time until the next attempt: there it is read later, and counted with
   *     others
   */
  void failed(String message) {
    target.status().connectFailed(failedStage.toString(), recorded);
    record(address == null ? "" : address, failedStage.toString(), message);
  }

  private void record(String hostAndPort, String failed, String message) {
    if (event != null) {
      target
          .status()
          .events()
          .end(
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

  /** From here on, messages name this address. */
  void at(IpType dialled, String hostAndPort) {
    type = dialled;
    address = dialled + " " + hostAndPort;
  }

  /** The kind of the address that is dialled. */
  @Nullable IpType type() {
    return type;
  }

  /** Says that this address was given up, and another one is dialled next. */
  void gaveUp(Throwable cause) {
    earlier
        .append("; before that, ")
        .append(address)
        .append(": ")
        .append(ExceptionMessages.of(cause));
  }

  /** From here on, a client certificate is used that ends then, in milliseconds. */
  void certified(long endMillis) {
    certificateEnd = endMillis;
  }

  long certificateEnd() {
    return certificateEnd;
  }

  String host() {
    return host;
  }

  /** The host and the instance, for messages. */
  String name() {
    return "host " + host + ", which is mapped to " + target.instance();
  }

  Target target() {
    return target;
  }

  @Nullable String address() {
    return address;
  }

  /**
   * The driver's view of a failure: always an IOException, of the kind that it knows how to take.
   */
  IOException failure(Throwable cause) {
    failedStage = stage;
    if (Interrupts.endCalls()
        || (cause instanceof InterruptedIOException
            && !(cause instanceof SocketTimeoutException))) {
      String interrupted = about() + "interrupted at " + step() + ". The connection was given up.";
      report(ErrorCode.INTERRUPTED, interrupted, interrupted);
      return caused(new InterruptedIOException(message()), cause);
    }
    boolean late = deadline.remainingMillis() <= EARLY;
    // past these stages, what is found at the deadline is the socket that was closed for it
    boolean known = stage == Stage.CREDENTIALS || stage == Stage.ADMIN_API;
    if (cause instanceof SocketTimeoutException || (late && !known)) {
      failedStage = slowest();
      String timedOut =
          about()
              + step()
              + " timed out after "
              + (late ? deadline.totalMillis() : Connector.EXCHANGE_TIMEOUT)
              + " ms"
              + earlier
              + ". ";
      FailureHints.Hint hint = FailureHints.late(this);
      report(hint.code, timedOut + timeSpent() + hint.advice, timedOut + hint.advice);
      return caused(new SocketTimeoutException(message()), cause);
    }
    FailureHints.Hint hint = FailureHints.failed(this, cause);
    String found = failed(ExceptionMessages.of(cause), hint.advice);
    report(
        hint.code,
        found,
        cause instanceof EarlierFailureException && cause.getCause() != null
            ? failed(ExceptionMessages.of(cause.getCause()), hint.advice)
            : found);
    if (late) {
      return caused(new SocketTimeoutException(message()), cause);
    }
    return cause instanceof ConnectException
        ? caused(new ConnectException(message()), cause)
        : new TunnelException(hint.code, message(), cause);
  }

  private void report(ErrorCode why, String now, String later) {
    code = why;
    text = ExceptionMessages.inOneLine(now);
    recorded = why.driverMessage(ExceptionMessages.inOneLine(later));
  }

  /** The code of the failure, once {@link #failure} was called. */
  ErrorCode code() {
    return code;
  }

  /** The failure for the log, whose lines name the agent and the code by themselves. */
  String text() {
    return text;
  }

  private String message() {
    return code.driverMessage(text);
  }

  private String failed(String found, String advice) {
    return about()
        + step()
        + " failed: "
        + ExceptionMessages.sentence(found + earlier)
        + " "
        + advice;
  }

  private String about() {
    return "no connection to " + name() + ": ";
  }

  private String step() {
    return stage + (address == null ? "" : " to " + address);
  }

  private static <E extends IOException> E caused(E failure, Throwable cause) {
    failure.initCause(cause);
    return failure;
  }
}
