package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.config.IpType;
import io.github.alloydbagent.credentials.Causes;
import io.github.alloydbagent.credentials.CredentialsException;
import io.github.alloydbagent.credentials.Scope;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.refresh.ConnectionInfo;
import io.github.alloydbagent.refresh.Deadline;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Makes tunnels: connection info, TCP, TLS 1.3, metadata exchange, on the thread of the caller and
 * under one deadline.
 */
public final class Connector {
  private static final String[] PROTOCOLS = {"TLSv1.3"};

  /** Milliseconds for the metadata exchange at most, as in Google's own connectors. */
  static final int EXCHANGE_TIMEOUT = 30_000;

  private final String userAgent;
  private final ScheduledExecutorService timer;
  private final Executor executor;
  private final Log log;

  /**
   * @param timer watches over dials; its tasks take no time
   * @param executor resolves names, which cannot be interrupted
   */
  public Connector(String userAgent, ScheduledExecutorService timer, Executor executor, Log log) {
    this.userAgent = userAgent;
    this.timer = timer;
    this.executor = executor;
    this.log = log;
  }

  /**
   * A connected tunnel to the target.
   *
   * @param host the driver's own, with its port, for messages
   * @throws IOException if there is no connection by the deadline: {@link
   *     java.net.ConnectException} for a refused one, {@link SocketTimeoutException} at the
   *     deadline, {@link InterruptedIOException} for an interrupted thread, else {@link
   *     TunnelException}
   */
  public Socket connect(String host, Target target, Deadline deadline) throws IOException {
    Dial dial = new Dial(host, target, deadline);
    try {
      return dial(dial);
    } catch (IOException | RuntimeException e) {
      throw reported(dial, e);
    }
  }

  private IOException reported(Dial dial, Exception cause) {
    IOException failure = dial.failure(cause);
    log.debug(String.valueOf(failure.getMessage()));
    log.trace(dial.host() + ": no connection", failure);
    return failure;
  }

  private Socket dial(Dial dial) throws IOException {
    Target target = dial.target();
    CompletableFuture<String> token = target.identity().token(Scope.LOGIN);
    ConnectionInfo info;
    try {
      info = target.connectionInfo().get(dial.deadline());
    } catch (IOException e) {
      boolean noToken = e instanceof InterruptedIOException && !token.isDone();
      if (noToken
          || e.getCause() instanceof CredentialsException
          || e instanceof CredentialsException) {
        dial.enter(Stage.CREDENTIALS);
      }
      throw e;
    }
    dial.enter(Stage.CREDENTIALS);
    String login = await(token, dial.deadline());
    dial.certified(info.certificate().endMillis());
    dial.enter(Stage.TCP);
    try {
      return dial(dial, info, login);
    } catch (IOException | RuntimeException e) {
      if (!Thread.currentThread().isInterrupted()) {
        target.connectionInfo().suspect(info, dial.stage() != Stage.TCP);
      }
      throw e;
    }
  }

  private Socket dial(Dial dial, ConnectionInfo info, String token) throws IOException {
    Target target = dial.target();
    String address = address(info.addresses(), target.settings().ipType());
    int port = target.settings().serverPort();
    dial.at(target.settings().ipType() + " " + hostAndPort(address, port));
    InetAddress resolved = resolve(address, dial.deadline());
    Socket tcp = new Socket();
    boolean done = false;
    try (DialWatch watch = new DialWatch(tcp, dial.deadline(), timer)) {
      tcp.connect(
          new InetSocketAddress(resolved, port),
          (int) Math.max(1, dial.deadline().remainingMillis()));
      tcp.setTcpNoDelay(true);
      dial.enter(Stage.TLS);
      RecordSocket records = new RecordSocket(tcp);
      SSLSocket tls = handshake(info, records, address, port);
      dial.enter(Stage.METADATA_EXCHANGE);
      exchange(tls, target, token);
      watch.succeeded();
      done = true;
      announce(dial, info);
      return new TunnelSocket(tls, records);
    } finally {
      if (!done) {
        DialWatch.closeQuietly(tcp);
      }
    }
  }

  private static SSLSocket handshake(ConnectionInfo info, Socket tcp, String address, int port)
      throws IOException {
    // the address and port given here are also what TLS sessions are remembered by
    SSLSocket tls =
        (SSLSocket)
            info.certificate().context().getSocketFactory().createSocket(tcp, address, port, true);
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setProtocols(PROTOCOLS);
    parameters.setEndpointIdentificationAlgorithm("HTTPS"); // verifies the dialled name or address
    tls.setSSLParameters(parameters);
    tls.startHandshake();
    return tls;
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
      throw new Advice.Refusal(refusal.replace(token, "(the token)"));
    }
    tls.setSoTimeout(0);
  }

  private void announce(Dial dial, ConnectionInfo info) {
    if (dial.target().reachedForTheFirstTime()) {
      log.info(
          "host "
              + dial.host()
              + " is connected to "
              + dial.target().instance()
              + " at "
              + dial.address()
              + ", certificate valid until "
              + Log.utc(info.certificate().endMillis()));
    }
  }

  private static String address(Addresses addresses, IpType type) throws IOException {
    String chosen = of(addresses, type);
    if (chosen != null) {
      return chosen;
    }
    StringBuilder has = new StringBuilder();
    for (IpType other : IpType.values()) {
      String address = of(addresses, other);
      if (address != null) {
        has.append(has.length() == 0 ? "" : ", ").append(other).append(' ').append(address);
      }
    }
    throw new Advice.NoAddress(
        "the instance has no "
            + type
            + " address; "
            + (has.length() == 0
                ? "it has none at all. Look whether it is being made or deleted."
                : "it has " + has + ". Set ip-type to one that it has."));
  }

  private static @Nullable String of(Addresses addresses, IpType type) {
    switch (type) {
      case PRIVATE:
        return addresses.privateIp();
      case PUBLIC:
        return addresses.publicIp();
      default:
        return addresses.pscName();
    }
  }

  private InetAddress resolve(String address, Deadline deadline) throws IOException {
    if (isLiteral(address)) {
      return InetAddress.getByName(address);
    }
    return await(
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return InetAddress.getByName(address);
              } catch (IOException e) {
                throw new CompletionException(new IOException("the name does not resolve", e));
              }
            },
            executor),
        deadline);
  }

  /** No host name ends in a digit (RFC 1123, section 2.1) or has a colon. */
  private static boolean isLiteral(String address) {
    char last = address.charAt(address.length() - 1);
    return address.indexOf(':') >= 0 || (last >= '0' && last <= '9');
  }

  private static String hostAndPort(String address, int port) {
    return (address.indexOf(':') >= 0 ? "[" + address + "]" : address) + ":" + port;
  }

  private static <T> T await(CompletableFuture<T> future, Deadline deadline) throws IOException {
    try {
      return future.get(deadline.remainingMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      while (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      if (cause instanceof IOException) {
        throw (IOException) cause;
      }
      throw new IOException(Causes.of(e), e);
    } catch (TimeoutException e) {
      throw new SocketTimeoutException("no answer within " + deadline.totalMillis() + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }
}
