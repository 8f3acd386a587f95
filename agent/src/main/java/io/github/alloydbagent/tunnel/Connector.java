package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.credentials.CredentialsException;
import io.github.alloydbagent.credentials.Scope;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.net.SocksProxies;
import io.github.alloydbagent.refresh.ConnectionInfo;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Interrupts;
import io.github.alloydbagent.tunnel.metadata.MetadataExchange;
import io.github.alloydbagent.tunnel.postgres.IamLogin;
import io.github.alloydbagent.tunnel.socket.KeepAlive;
import io.github.alloydbagent.tunnel.socket.RecordSocket;
import io.github.alloydbagent.tunnel.socket.TunnelSocket;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Opens tunnels: connection info, TCP, TLS 1.3 and metadata exchange, on the caller's thread and
 * within one deadline.
 */
public final class Connector {
  /**
   * Maximum duration of the metadata exchange in milliseconds, the same as in Google's connectors.
   */
  static final int EXCHANGE_TIMEOUT_MILLIS = 30_000;

  /**
   * Timeout in milliseconds for dialing a warm tunnel. These are dialed one at a time, so a slow
   * one delays the others.
   */
  private static final long WARM_DIAL_TIMEOUT_MILLIS = 10_000;

  private final String userAgent;
  private final ScheduledExecutorService timer;
  private final Log log;
  private final SocketConnector socketConnector;
  private final Clock clock;

  /**
   * @param timer checks the deadlines of dials; its tasks do not block
   * @param executor resolves names, which cannot be interrupted
   */
  public Connector(String userAgent, ScheduledExecutorService timer, Executor executor, Log log) {
    this(
        userAgent,
        timer,
        new SocketConnector(new SocksProxies(System.getProperties(), System.getenv()), executor),
        Clock.SYSTEM,
        log);
  }

  Connector(
      String userAgent,
      ScheduledExecutorService timer,
      SocketConnector socketConnector,
      Clock clock,
      Log log) {
    this.userAgent = userAgent;
    this.timer = timer;
    this.socketConnector = socketConnector;
    this.clock = clock;
    this.log = log;
  }

  /**
   * Opens a tunnel to the target.
   *
   * @param host the host and port as the driver specified them, for messages
   * @throws IOException if the connection cannot be opened before the deadline: {@link
   *     java.net.ConnectException} if it is refused, {@link SocketTimeoutException} at the
   *     deadline, {@link InterruptedIOException} if the thread is a virtual thread and is
   *     interrupted, {@link RemappedException} if the host was remapped meanwhile, otherwise {@link
   *     TunnelException}
   */
  public Socket connect(String host, Target target, Deadline deadline) throws IOException {
    return connect(host, target, deadline, DialProgress.NONE);
  }

  /** Opens a tunnel like {@link #connect(String, Target, Deadline)} and reports its progress. */
  public Socket connect(String host, Target target, Deadline deadline, DialProgress progress)
      throws IOException {
    target.refuseIfRetired(host);
    DialAttempt dial = new DialAttempt(host, target, deadline, progress, clock);
    try {
      return openTunnel(dial);
    } catch (RemappedException e) {
      throw e; // the caller may follow the new mapping
    } catch (IOException | RuntimeException | LinkageError e) {
      // The JDK's TLS may throw a LinkageError while the application registers security providers.
      throw reportFailure(dial, e);
    }
  }

  private IOException reportFailure(DialAttempt dial, Throwable cause) {
    IOException failure = dial.toDriverException(cause);
    dial.recordFailure(String.valueOf(failure.getMessage()));
    Log about = about(dial);
    String logMessage = dial.logMessage();
    if (isInterrupted(failure)) {
      about.debug(logMessage); // the application interrupted it and knows why
    } else if (isAlreadyLogged(dial)) {
      dial.target().failureThrottle().failedWithoutWarning(about, logMessage);
    } else {
      dial.target()
          .failureThrottle()
          .failed(about, dial.errorCode(), dial.failedStage().toString(), logMessage);
    }
    about.trace(dial.hostAndInstance() + ": no connection", failure);
    return failure;
  }

  private static boolean isInterrupted(IOException failure) {
    return failure instanceof InterruptedIOException
        && !(failure instanceof SocketTimeoutException);
  }

  /** Returns whether a logged warning already says that there is no connection info, and why. */
  private static boolean isAlreadyLogged(DialAttempt dial) {
    return (dial.failedStage() == Stage.CREDENTIALS || dial.failedStage() == Stage.ADMIN_API)
        && dial.target().connectionInfo().isFailureLogged();
  }

  private Socket openTunnel(DialAttempt dial) throws IOException {
    Target target = dial.target();
    CompletableFuture<String> token = target.identity().token(Scope.LOGIN, dial.deadline());
    ConnectionInfo unused = info(dial, token); // its failure is more informative than a token's
    dial.enter(Stage.CREDENTIALS);
    Login login = new Login(await(token, dial.deadline()), iamLogin(dial));
    dial.enter(Stage.ADMIN_API);
    ConnectionInfo info =
        info(dial, token); // it may have been refreshed while waiting for the token
    dial.setCertificateEnd(info.certificate().endMillis());
    WarmTunnels warm = target.warmTunnels();
    ReadyTunnel warmTunnel = warm == null ? null : warm.take(new DialInputs(info, login.token));
    ReadyTunnel tunnel = warmTunnel == null ? dialWithRetry(dial, info, login) : warmTunnel;
    TunnelSocket socket =
        tunnel.toSocket(
            login.iam,
            target.settings().keepAliveMillis() > 0,
            target.status().newTraffic(),
            timer);
    target.addTunnel(dial.host(), socket);
    dial.setAddress(tunnel.type(), tunnel.hostAndPort());
    logFirstOrRestored(dial, tunnel.inputs().info());
    dial.recordSuccess(tunnel.hostAndPort());
    if (warm != null) {
      warm.connectionOpened(new WarmDial(target));
    }
    return socket;
  }

  /**
   * Dials; retries once with another token if the server refuses this one, and once with refreshed
   * connection info if this one may be stale. Both retries can happen for one connection.
   */
  private ReadyTunnel dialWithRetry(DialAttempt dial, ConnectionInfo first, Login firstLogin)
      throws IOException {
    ConnectionInfo info = first;
    Login login = firstLogin;
    while (true) {
      try {
        ReadyTunnel tunnel = dialAddresses(dial, info, login.token);
        dial.target().identity().tokenAccepted(Scope.LOGIN, login.token);
        return tunnel;
      } catch (FailureHints.Refusal e) {
        Login other = login == firstLogin ? loginWithOtherToken(dial, login) : null;
        if (other == null) {
          throw e;
        }
        about(dial)
            .debug(
                dial.hostAndInstance()
                    + ": retrying with another token after "
                    + ExceptionMessages.of(e));
        login = other;
      } catch (IOException e) {
        ConnectionInfo renewed =
            info == first && mayHaveStaleInfo(dial)
                ? dial.target()
                    .connectionInfo()
                    .getReplacement(info, dial.stage() != Stage.TCP, dial.deadline())
                : null;
        if (renewed == null || dial.deadline().remainingMillis() == 0) {
          throw e;
        }
        about(dial)
            .debug(
                dial.hostAndInstance()
                    + ": retrying with new connection info after "
                    + ExceptionMessages.of(e));
        dial.setCertificateEnd(renewed.certificate().endMillis());
        info = renewed;
      }
    }
  }

  private static ConnectionInfo info(DialAttempt dial, CompletableFuture<String> token)
      throws IOException {
    try {
      return dial.target().connectionInfo().get(dial.deadline());
    } catch (IOException e) {
      boolean isWaitingForToken =
          e instanceof InterruptedIOException
              && (!token.isDone() || token.isCompletedExceptionally());
      if (isWaitingForToken
          || e.getCause() instanceof CredentialsException
          || e instanceof CredentialsException) {
        dial.waitedFor(Stage.CREDENTIALS);
      }
      throw e;
    }
  }

  /**
   * Returns a login with another token instead of a refused one, or null if there is no other
   * token.
   */
  private static @Nullable Login loginWithOtherToken(DialAttempt dial, Login refused) {
    if (!dial.target().identity().tokenRefused(Scope.LOGIN, refused.token)) {
      return null;
    }
    try {
      String other = await(dial.target().identity().token(Scope.LOGIN), dial.deadline());
      return other.equals(refused.token) ? null : new Login(other, refused.iam);
    } catch (IOException e) {
      return null; // the original failure is more informative
    }
  }

  /**
   * Returns whether a changed address, certificate or authority may be the cause of the failure. At
   * the deadline only an address may be: packets to the old address of an instance are often
   * dropped.
   */
  private static boolean mayHaveStaleInfo(DialAttempt dial) {
    Stage stage = dial.stage();
    return !Interrupts.isInterruptedVirtualThread()
        && (stage == Stage.TCP
            || (dial.deadline().remainingMillis() > 0
                && (stage == Stage.TLS || stage == Stage.METADATA_EXCHANGE)));
  }

  /** Dials the configured types of addresses that the instance has, in order. */
  private ReadyTunnel dialAddresses(DialAttempt dial, ConnectionInfo info, String token)
      throws IOException {
    dial.enter(Stage.TCP);
    List<IpType> types = typesToDial(info.addresses(), dial.target().settings().ipTypes());
    for (int i = 0; i < types.size(); i++) {
      // leaves time for the remaining addresses
      Deadline part = dial.deadline().part(types.size() - i);
      try {
        return dialAddress(dial, info, types.get(i), token, part);
      } catch (IOException e) {
        if (i == types.size() - 1
            || e instanceof FailureHints.Refusal
            || Interrupts.isInterruptedVirtualThread()) {
          throw e;
        }
        dial.addressFailed(
            part.remainingMillis() > 0
                ? e
                : new SocketTimeoutException("timed out after " + part.totalMillis() + " ms"));
      }
    }
    throw new IllegalStateException("no address"); // typesToDial returns at least one
  }

  /** Returns the wanted types of which the instance has an address; at least one. */
  private static List<IpType> typesToDial(Addresses addresses, List<IpType> wanted)
      throws FailureHints.NoAddress {
    List<IpType> types = new ArrayList<>(wanted);
    types.retainAll(addresses.byType().keySet());
    if (types.isEmpty()) {
      List<String> available = new ArrayList<>();
      addresses.byType().forEach((type, address) -> available.add(type + " " + address));
      List<String> names = new ArrayList<>();
      wanted.forEach(type -> names.add(type.name()));
      throw new FailureHints.NoAddress(
          "the instance has no "
              + String.join(" or ", names)
              + " address; "
              + (available.isEmpty()
                  ? "it has no address at all. Check whether it is being created or deleted."
                  : "it has " + String.join(", ", available) + ". Set ip-type to one of these."));
    }
    return types;
  }

  private ReadyTunnel dialAddress(
      DialAttempt dial, ConnectionInfo info, IpType type, String token, Deadline deadline)
      throws IOException {
    Target target = dial.target();
    String address = Objects.requireNonNull(info.addresses().byType().get(type));
    int port = target.settings().serverPort();
    dial.setAddress(type, hostAndPort(address, port));
    dial.enter(Stage.TCP);
    SocketConnector.Route route = socketConnector.route(address, port, deadline);
    Socket tcp = route.socket();
    boolean isReady = false;
    try (DialTimeout timeout = new DialTimeout(tcp, deadline, timer)) {
      route.connect(tcp, deadline);
      tcp.setTcpNoDelay(true);
      long keepAlive = target.settings().keepAliveMillis();
      if (keepAlive > 0) {
        KeepAlive.enable(tcp, keepAlive);
      }
      dial.enter(Stage.TLS);
      RecordSocket records = new RecordSocket(tcp);
      SSLSocket tls = Tls13.handshake(info.certificate(), records, address, port);
      dial.enter(Stage.METADATA_EXCHANGE);
      exchange(tls, target, token);
      timeout.succeeded();
      isReady = true;
      return new ReadyTunnel(
          tls, records, new DialInputs(info, token), type, hostAndPort(address, port));
    } finally {
      if (!isReady) {
        DialTimeout.closeQuietly(tcp);
      }
    }
  }

  private @Nullable IamLogin iamLogin(DialAttempt dial) throws IOException {
    return dial.target().settings().enableIamAuth()
        ? dial.target().iamLogin(dial.host(), log)
        : null;
  }

  private void exchange(SSLSocket tls, Target target, String token) throws IOException {
    tls.setSoTimeout(EXCHANGE_TIMEOUT_MILLIS);
    String refusal =
        MetadataExchange.run(
            tls.getInputStream(),
            tls.getOutputStream(),
            userAgent,
            target.settings().enableIamAuth(),
            token);
    if (refusal != null) {
      throw new FailureHints.Refusal(refusal.replace(token, "(the token)"));
    }
    tls.setSoTimeout(0);
  }

  private void logFirstOrRestored(DialAttempt dial, ConnectionInfo info) {
    boolean first = dial.target().isFirstConnection();
    String after = dial.target().failureThrottle().recovered();
    if (first || after != null) {
      about(dial)
          .info(
              "host "
                  + dial.host()
                  + (first ? " is connected to " : " is connected again to ")
                  + dial.target().instance()
                  + " at "
                  + dial.address()
                  + (after == null ? "" : ", " + after)
                  + ", certificate valid until "
                  + Log.utc(info.certificate().endMillis()));
    }
  }

  private Log about(DialAttempt dial) {
    return log.about(dial.host(), dial.target().instance().uri());
  }

  private static String hostAndPort(String address, int port) {
    return (address.indexOf(':') >= 0 ? "[" + address + "]" : address) + ":" + port;
  }

  static <T> T await(CompletableFuture<T> future, Deadline deadline) throws IOException {
    try {
      return Interrupts.get(future, deadline.remainingMillis());
    } catch (ExecutionException e) {
      Throwable cause = ExceptionMessages.unwrapped(e);
      if (cause instanceof IOException) {
        throw (IOException) cause;
      }
      throw new IOException(ExceptionMessages.of(e), e);
    } catch (TimeoutException e) {
      throw new SocketTimeoutException("no response within " + deadline.totalMillis() + " ms");
    } catch (InterruptedException e) {
      throw new InterruptedIOException("interrupted");
    }
  }

  /**
   * Dials warm tunnels for a target: a single attempt, with the inputs that are available without
   * waiting.
   */
  private final class WarmDial implements WarmTunnels.Source {
    private final Target target;

    WarmDial(Target target) {
      this.target = target;
    }

    @Override
    public @Nullable DialInputs inputs() {
      return target.availableInputs();
    }

    @Override
    public ReadyTunnel dial(DialInputs inputs) throws IOException {
      long timeout = Math.min(WARM_DIAL_TIMEOUT_MILLIS, target.settings().connectTimeoutMillis());
      DialAttempt dial =
          new DialAttempt(
              target.host(), target, Deadline.inMillis(timeout, clock), DialProgress.NONE, clock);
      try {
        return Connector.this.dialAddresses(dial, inputs.info(), inputs.token());
      } catch (IOException | RuntimeException e) {
        throw dial.toDriverException(e);
      }
    }
  }

  /** The token for the metadata exchange, and the IAM login if it is enabled. */
  private static final class Login {
    final String token;
    final @Nullable IamLogin iam;

    Login(String token, @Nullable IamLogin iam) {
      this.token = token;
      this.iam = iam;
    }
  }
}
