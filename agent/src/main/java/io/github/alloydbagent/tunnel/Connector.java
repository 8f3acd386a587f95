package io.github.alloydbagent.tunnel;

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
 * Makes tunnels: connection info, TCP, TLS 1.3, metadata exchange, on the thread of the caller and
 * under one deadline.
 */
public final class Connector {
  /** Milliseconds for the metadata exchange at most, as in Google's own connectors. */
  static final int EXCHANGE_TIMEOUT = 30_000;

  /** Milliseconds for a tunnel that nobody waits for: one dial at a time holds up the others. */
  private static final long WARM_TIMEOUT = 10_000;

  private final String userAgent;
  private final ScheduledExecutorService timer;
  private final Log log;
  private final SocketConnector outbound;

  /**
   * @param timer watches over dials; its tasks take no time
   * @param executor resolves names, which cannot be interrupted
   */
  public Connector(String userAgent, ScheduledExecutorService timer, Executor executor, Log log) {
    this.userAgent = userAgent;
    this.timer = timer;
    this.outbound =
        new SocketConnector(new SocksProxies(System.getProperties(), System.getenv()), executor);
    this.log = log;
  }

  /**
   * A connected tunnel to the target.
   *
   * @param host the driver's own, with its port, for messages
   * @throws IOException if there is no connection by the deadline: {@link
   *     java.net.ConnectException} for a refused one, {@link SocketTimeoutException} at the
   *     deadline, {@link InterruptedIOException} for an interrupted thread, {@link
   *     RemappedException} if the host stopped leading there meanwhile, else {@link
   *     TunnelException}
   */
  public Socket connect(String host, Target target, Deadline deadline) throws IOException {
    return connect(host, target, deadline, DialProgress.UNWATCHED);
  }

  /** As {@link #connect(String, Target, Deadline)}, and reports its progress. */
  public Socket connect(String host, Target target, Deadline deadline, DialProgress progress)
      throws IOException {
    target.refuseIfRetired(host);
    DialAttempt dial = new DialAttempt(host, target, deadline, progress, Clock.SYSTEM);
    try {
      return openTunnel(dial);
    } catch (RemappedException e) {
      throw e; // the caller may follow the new mapping
    } catch (IOException | RuntimeException | LinkageError e) {
      // the JDK's TLS may throw the latter while the application registers security providers
      throw reported(dial, e);
    }
  }

  private IOException reported(DialAttempt dial, Throwable cause) {
    IOException failure = dial.failure(cause);
    dial.failed(String.valueOf(failure.getMessage()));
    Log about = about(dial);
    String told = dial.text();
    if (isInterrupted(failure)) {
      about.debug(told); // by the application, which knows why
    } else if (isAlreadyLogged(dial)) {
      dial.target().trouble().failedInPassing(about, told);
    } else {
      dial.target().trouble().failed(about, dial.code(), dial.failedStage().toString(), told);
    }
    about.trace(dial.name() + ": no connection", failure);
    return failure;
  }

  private static boolean isInterrupted(IOException failure) {
    return failure instanceof InterruptedIOException
        && !(failure instanceof SocketTimeoutException);
  }

  /** Whether a warning says already that there is no connection info, and why. */
  private static boolean isAlreadyLogged(DialAttempt dial) {
    return (dial.failedStage() == Stage.CREDENTIALS || dial.failedStage() == Stage.ADMIN_API)
        && dial.target().connectionInfo().isFailureLogged();
  }

  private Socket openTunnel(DialAttempt dial) throws IOException {
    Target target = dial.target();
    CompletableFuture<String> token = target.identity().token(Scope.LOGIN, dial.deadline());
    ConnectionInfo unused = info(dial, token); // its failures say more than those of a token
    dial.enter(Stage.CREDENTIALS);
    Login login = new Login(await(token, dial.deadline()), iamLogin(dial));
    dial.enter(Stage.ADMIN_API);
    ConnectionInfo info = info(dial, token); // the token may have come after the end of the other
    dial.certified(info.certificate().endMillis());
    WarmTunnels warm = target.warmTunnels();
    ReadyTunnel spare = warm == null ? null : warm.take(new DialInputs(info, login.token));
    ReadyTunnel tunnel = spare == null ? dialWithRetry(dial, info, login) : spare;
    TunnelSocket socket =
        tunnel.opened(
            login.iam, target.settings().keepAliveMillis() > 0, target.status().traffic());
    target.opened(dial.host(), socket);
    dial.at(tunnel.type(), tunnel.hostAndPort());
    announce(dial, tunnel.terms().info());
    dial.connected(tunnel.hostAndPort());
    if (warm != null) {
      warm.used(new WarmDial(target));
    }
    return socket;
  }

  /**
   * Dials; once more with another token where this one is refused, and once more with new
   * connection info where this one could be stale: both may happen to one connection.
   */
  private ReadyTunnel dialWithRetry(DialAttempt dial, ConnectionInfo first, Login firstLogin)
      throws IOException {
    ConnectionInfo info = first;
    Login login = firstLogin;
    while (true) {
      try {
        return dialAddresses(dial, info, login.token);
      } catch (FailureHints.Refusal e) {
        Login other = login == firstLogin ? otherLogin(dial, login) : null;
        if (other == null) {
          throw e;
        }
        about(dial)
            .debug(
                dial.name() + ": once more with another token, after " + ExceptionMessages.of(e));
        login = other;
      } catch (IOException e) {
        ConnectionInfo renewed =
            info == first && mayHaveStaleInfo(dial, e)
                ? dial.target()
                    .connectionInfo()
                    .renewed(info, dial.stage() != Stage.TCP, dial.deadline())
                : null;
        if (renewed == null) {
          throw e;
        }
        about(dial)
            .debug(
                dial.name()
                    + ": once more with new connection info, after "
                    + ExceptionMessages.of(e));
        dial.certified(renewed.certificate().endMillis());
        info = renewed;
      }
    }
  }

  private static ConnectionInfo info(DialAttempt dial, CompletableFuture<String> token)
      throws IOException {
    try {
      return dial.target().connectionInfo().get(dial.deadline());
    } catch (IOException e) {
      boolean noToken =
          e instanceof InterruptedIOException
              && (!token.isDone() || token.isCompletedExceptionally());
      if (noToken
          || e.getCause() instanceof CredentialsException
          || e instanceof CredentialsException) {
        dial.waitedFor(Stage.CREDENTIALS);
      }
      throw e;
    }
  }

  /** A login with another token in place of a refused one, or null if there is none. */
  private static @Nullable Login otherLogin(DialAttempt dial, Login refused) {
    if (!dial.target().identity().refused(Scope.LOGIN, refused.token)) {
      return null;
    }
    try {
      String other = await(dial.target().identity().token(Scope.LOGIN), dial.deadline());
      return other.equals(refused.token) ? null : new Login(other, refused.iam);
    } catch (IOException e) {
      return null; // what the connection failed of says more
    }
  }

  /** Whether an address, certificate or authority that has changed could be the reason. */
  private static boolean mayHaveStaleInfo(DialAttempt dial, IOException e) {
    return !(e instanceof FailureHints.Refusal)
        && !Interrupts.endCalls()
        && dial.deadline().remainingMillis() > 0
        && (dial.stage() == Stage.TCP
            || dial.stage() == Stage.TLS
            || dial.stage() == Stage.METADATA_EXCHANGE);
  }

  /** Dials the addresses that are asked for and that the instance has, in their order. */
  private ReadyTunnel dialAddresses(DialAttempt dial, ConnectionInfo info, String token)
      throws IOException {
    dial.enter(Stage.TCP);
    List<IpType> types = AddressChoice.of(info.addresses(), dial.target().settings().ipTypes());
    for (int i = 0; i < types.size(); i++) {
      // those that come after it must have their time, too
      Deadline part = dial.deadline().part(types.size() - i);
      try {
        return dialAddress(dial, info, types.get(i), token, part);
      } catch (IOException e) {
        if (i == types.size() - 1 || e instanceof FailureHints.Refusal || Interrupts.endCalls()) {
          throw e;
        }
        dial.gaveUp(
            part.remainingMillis() > 0
                ? e
                : new SocketTimeoutException("timed out after " + part.totalMillis() + " ms"));
      }
    }
    throw new IllegalStateException("no address"); // a choice has one at least
  }

  private ReadyTunnel dialAddress(
      DialAttempt dial, ConnectionInfo info, IpType type, String token, Deadline deadline)
      throws IOException {
    Target target = dial.target();
    String address = Objects.requireNonNull(AddressChoice.address(info.addresses(), type));
    int port = target.settings().serverPort();
    dial.at(type, hostAndPort(address, port));
    dial.enter(Stage.TCP);
    SocketConnector.Way way = outbound.to(address, port, deadline);
    Socket tcp = way.socket();
    boolean done = false;
    try (DialTimeout watch = new DialTimeout(tcp, deadline, timer)) {
      way.connect(tcp, deadline);
      tcp.setTcpNoDelay(true);
      long keepAlive = target.settings().keepAliveMillis();
      if (keepAlive > 0) {
        KeepAlive.on(tcp, keepAlive);
      }
      dial.enter(Stage.TLS);
      RecordSocket records = new RecordSocket(tcp);
      SSLSocket tls = Tls13.handshake(info.certificate(), records, address, port);
      dial.enter(Stage.METADATA_EXCHANGE);
      exchange(tls, target, token);
      watch.succeeded();
      done = true;
      return new ReadyTunnel(
          tls, records, new DialInputs(info, token), type, hostAndPort(address, port));
    } finally {
      if (!done) {
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
    tls.setSoTimeout(EXCHANGE_TIMEOUT);
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

  private void announce(DialAttempt dial, ConnectionInfo info) {
    boolean first = dial.target().reachedForTheFirstTime();
    String after = dial.target().trouble().over();
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
      throw new SocketTimeoutException("no answer within " + deadline.totalMillis() + " ms");
    } catch (InterruptedException e) {
      throw new InterruptedIOException("interrupted");
    }
  }

  /** Dials a target for its spares: once, and with what is there. */
  private final class WarmDial implements WarmTunnels.Source {
    private final Target target;

    WarmDial(Target target) {
      this.target = target;
    }

    @Override
    public @Nullable DialInputs terms() {
      ConnectionInfo info = target.connectionInfo().known();
      CompletableFuture<String> token = target.identity().token(Scope.LOGIN);
      return info == null || !token.isDone() || token.isCompletedExceptionally()
          ? null
          : new DialInputs(info, token.join());
    }

    @Override
    public ReadyTunnel dial(DialInputs terms) throws IOException {
      long timeout = Math.min(WARM_TIMEOUT, target.settings().connectTimeoutMillis());
      DialAttempt dial =
          new DialAttempt(
              target.host(),
              target,
              Deadline.inMillis(timeout),
              DialProgress.UNWATCHED,
              Clock.SYSTEM);
      try {
        return Connector.this.dialAddresses(dial, terms.info(), terms.token());
      } catch (IOException | RuntimeException e) {
        throw dial.failure(e);
      }
    }
  }

  /** What is shown at the exchange, and the IAM login where there is one. */
  private static final class Login {
    final String token;
    final @Nullable IamLogin iam;

    Login(String token, @Nullable IamLogin iam) {
      this.token = token;
      this.iam = iam;
    }
  }
}
