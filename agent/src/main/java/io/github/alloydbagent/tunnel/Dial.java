package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.config.IpType;
import io.github.alloydbagent.credentials.Causes;
import io.github.alloydbagent.status.EventKind;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Interrupts;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One attempt to reach a target: what it is about and how far it came, for what is said of it. */
final class Dial {
  /** Milliseconds by which a timer may be early. */
  private static final long EARLY = 20;

  /** How every message for drivers begins; the log's lines name the agent by themselves. */
  static final String SPEAKER = "AlloyDB Agent: ";

  private final String host;
  private final Target target;
  private final Deadline deadline;
  private final DialProgress progress;
  private Stage stage = Stage.ADMIN_API;
  private final long startNanos = System.nanoTime();
  private final Map<Stage, Long> nanos = new EnumMap<>(Stage.class);
  private final @Nullable Object event;
  private long enteredNanos = startNanos;
  private @Nullable IpType type;
  private @Nullable String address;
  private final StringBuilder earlier = new StringBuilder();
  private long certificateEnd;

  /**
   * @param host the driver's own, with its port
   */
  Dial(String host, Target target, Deadline deadline, DialProgress progress) {
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
    long now = System.nanoTime();
    nanos.merge(stage, now - enteredNanos, Long::sum);
    enteredNanos = now;
    stage = next;
    progress.entered(next, address);
  }

  /** How long a stage has taken, all attempts together. */
  private long nanos(Stage of) {
    Long before = nanos.get(of);
    return (before == null ? 0 : before) + (of == stage ? System.nanoTime() - enteredNanos : 0);
  }

  /** Records the end of it. */
  void connected(String hostAndPort) {
    target.status().connected(String.valueOf(type), hostAndPort, System.nanoTime() - startNanos);
    record(hostAndPort, "", "");
  }

  /** Records the end of it. */
  void failed(String message) {
    target.status().connectFailed(stage.toString(), message);
    record(address == null ? "" : address, stage.toString(), message);
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
    earlier.append("; before that, ").append(address).append(": ").append(Causes.of(cause));
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
    if (Interrupts.endCalls()
        || (cause instanceof InterruptedIOException
            && !(cause instanceof SocketTimeoutException))) {
      return caused(
          new InterruptedIOException(
              Causes.inOneLine(
                  about() + "interrupted at " + step() + ". The connection was given up.")),
          cause);
    }
    boolean late = deadline.remainingMillis() <= EARLY;
    // past these stages, what is found at the deadline is the socket that was closed for it
    boolean found = stage == Stage.CREDENTIALS || stage == Stage.ADMIN_API;
    if (cause instanceof SocketTimeoutException || (late && !found)) {
      return caused(
          new SocketTimeoutException(
              Causes.inOneLine(
                  about()
                      + step()
                      + " timed out after "
                      + (late ? deadline.totalMillis() : Connector.EXCHANGE_TIMEOUT)
                      + " ms"
                      + earlier
                      + ". "
                      + Advice.late(this))),
          cause);
    }
    String message =
        Causes.inOneLine(
            about()
                + step()
                + " failed: "
                + Causes.sentence(Causes.of(cause) + earlier)
                + " "
                + Advice.failed(this, cause));
    if (late) {
      return caused(new SocketTimeoutException(message), cause);
    }
    return cause instanceof ConnectException
        ? caused(new ConnectException(message), cause)
        : new TunnelException(message, cause);
  }

  private String about() {
    return SPEAKER + "no connection to " + name() + ": ";
  }

  private String step() {
    return stage + (address == null ? "" : " to " + address);
  }

  private static <E extends IOException> E caused(E failure, Throwable cause) {
    failure.initCause(cause);
    return failure;
  }
}
