package io.github.alloydbagent.http;

import io.github.alloydbagent.net.NameLookup;
import io.github.alloydbagent.net.SocksProxies;
import io.github.alloydbagent.net.SocksProxy;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.util.CodedException;
import io.github.alloydbagent.util.ErrorCode;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;

/**
 * The connections of API calls, over plain TCP or TLS as the URL says, through the proxies that the
 * JVM or its environment names. Those that calls are done with are kept for others, for a minute.
 * Any thread.
 */
final class ApiConnections {

  /** Kept at once; calls are made by a few threads. */
  private static final int MOST = 8;

  /**
   * Milliseconds for one of many addresses at least: a lost packet is sent again after one second.
   */
  private static final long MIN_SHARE = 2_000;

  private final @Nullable File authorities;
  private final Proxies proxies;
  private final SocksProxies socksProxies;
  private final ScheduledExecutorService timer;
  private final NameLookup names;
  private final Executor workers;
  private final Clock clock;
  private final Deque<ApiConnection> kept = new ArrayDeque<>(); // guarded by itself
  private boolean cleanUpDue; // guarded by kept
  private volatile @Nullable ApiTls tls;

  /**
   * @param authorities certificates to trust in addition to the JDK's own, PEM; or null
   * @param timer its tasks take no time
   * @param workers where old connections are closed, which may take time with TLS
   */
  ApiConnections(
      @Nullable File authorities,
      Proxies proxies,
      SocksProxies socksProxies,
      ScheduledExecutorService timer,
      NameLookup names,
      Executor workers,
      Clock clock) {
    this.authorities = authorities;
    this.proxies = proxies;
    this.socksProxies = socksProxies;
    this.timer = timer;
    this.names = names;
    this.workers = workers;
    this.clock = clock;
  }

  /**
   * One that is kept, else a new one; for the caller alone, until it is {@link #done} with it.
   *
   * @param millis until the server, or a proxy, must have accepted, and for each byte of TLS
   * @param call ends what takes too long in all
   */
  ApiConnection to(HttpHost host, int millis, CallDeadline call) throws IOException {
    for (ApiConnection known = take(host); known != null; known = take(host)) {
      if (known.isUsable()) {
        call.guard(known.tcp());
        return known;
      }
      known.close(CloseMode.IMMEDIATE);
    }
    return open(host, millis, call);
  }

  /** Takes a connection back, and keeps it if it can be used again. */
  void done(ApiConnection connection, boolean reusable) {
    ApiConnection tooMany = connection;
    if (reusable) {
      synchronized (kept) {
        kept.addFirst(connection);
        tooMany = kept.size() > MOST ? kept.removeLast() : null;
        scheduleCleanUp();
      }
    }
    if (tooMany != null) {
      tooMany.close(CloseMode.IMMEDIATE);
    }
  }

  /**
   * Has old connections closed once the first of those that are kept is old. The server closes its
   * end at about that time, and the next call, which would notice, may be an hour away. Called with
   * the lock held.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the timer lives as long as the JVM
  private void scheduleCleanUp() {
    if (cleanUpDue || kept.isEmpty()) {
      return;
    }
    long nanos = Long.MAX_VALUE;
    for (ApiConnection connection : kept) {
      nanos = Math.min(nanos, connection.remainingNanos());
    }
    timer.schedule(this::cleanUp, Math.max(1_000_000, nanos), TimeUnit.NANOSECONDS);
    cleanUpDue = true;
  }

  private void cleanUp() {
    List<ApiConnection> old = new ArrayList<>();
    synchronized (kept) {
      cleanUpDue = false;
      try {
        for (Iterator<ApiConnection> each = kept.iterator(); each.hasNext(); ) {
          ApiConnection connection = each.next();
          if (connection.isOld()) {
            each.remove();
            old.add(connection);
          }
        }
      } finally {
        scheduleCleanUp();
      }
    }
    if (!old.isEmpty()) {
      workers.execute(
          () -> {
            for (ApiConnection connection : old) {
              connection.close(CloseMode.IMMEDIATE);
            }
          });
    }
  }

  private @Nullable ApiConnection take(HttpHost host) {
    synchronized (kept) {
      for (Iterator<ApiConnection> each = kept.iterator(); each.hasNext(); ) {
        ApiConnection connection = each.next();
        // one that is old is closed by the clean-up: not under the lock, since that may take time
        if (!connection.isOld() && connection.leadsTo(host)) {
          each.remove();
          return connection;
        }
      }
      return null;
    }
  }

  /**
   * Tries the addresses in turn, the host's or its proxy's, which share the time; the last one's
   * failure is the caller's.
   */
  private ApiConnection open(HttpHost host, int millis, CallDeadline call) throws IOException {
    HttpProxy proxy = proxies.of(host);
    HttpHost first = proxy == null ? host : proxy.host;
    // neither metadata servers, which speak http, nor HTTP proxies are reached through another one
    boolean direct = proxy != null || !isTls(host);
    SocksProxy socks = direct ? null : socks(host);
    Deadline all = Deadline.inMillis(Math.min(2L * millis, call.remainingMillis()), clock);
    InetSocketAddress[] addresses = addresses(first, socks, direct, all);
    call.enter("connecting");
    for (int i = 0; ; i++) {
      Socket socket = direct || socks != null ? new Socket(Proxy.NO_PROXY) : new Socket();
      boolean done = false;
      try {
        call.guard(socket);
        int share = share(all, addresses.length - i, millis);
        if (socks == null) {
          socket.connect(addresses[i], share);
        } else {
          InetAddress at = names.all(socks.host(), share)[0];
          socks.connect(socket, at, addresses[i], share);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(share(all, 1, millis));
        ApiConnection connection = new ApiConnection(host, clock);
        connection.bindTcp(socket);
        Socket way = socket;
        if (proxy != null && isTls(proxy.host)) {
          way = tls(socket, proxy);
          connection.bind(way);
        }
        if (proxy != null) {
          proxy.connect(connection, host);
        }
        if (isTls(host)) {
          connection.bind(tls(way, host), socket);
        }
        done = true;
        return connection;
      } catch (IOException e) {
        if (i == addresses.length - 1 || all.remainingMillis() == 0) {
          throw named(e, first, Arrays.copyOf(addresses, i + 1));
        }
      } finally {
        if (!done) {
          socket.close();
        }
      }
    }
  }

  /** That of {@code HTTPS_PROXY}, else that of {@code ALL_PROXY}. */
  private @Nullable SocksProxy socks(HttpHost host) {
    SocksProxy named = proxies.socks(host);
    return named == null ? socksProxies.of(host.getHostName()) : named;
  }

  /** Milliseconds for one of the addresses that are left, each of which must have its time. */
  static int share(Deadline all, int left, int millis) {
    long remaining = all.remainingMillis();
    long share = Math.max(MIN_SHARE, remaining / left);
    return (int) Math.max(1, Math.min(Math.min(remaining, share), millis));
  }

  private InetSocketAddress[] addresses(
      HttpHost host, @Nullable SocksProxy proxy, boolean direct, Deadline all) throws IOException {
    InetSocketAddress name = InetSocketAddress.createUnresolved(host.getHostName(), port(host));
    if (proxy != null && proxy.resolvesNames()) {
      return new InetSocketAddress[] {name};
    }
    try {
      InetAddress[] found = names.all(host.getHostName(), all.remainingMillis());
      InetSocketAddress[] addresses = new InetSocketAddress[found.length];
      for (int i = 0; i < found.length; i++) {
        addresses[i] = new InetSocketAddress(found[i], port(host));
      }
      return addresses;
    } catch (UnknownHostException e) {
      if (!direct && socksProxies.isJvms()) {
        return new InetSocketAddress[] {name}; // the proxy may know it
      }
      throw e;
    }
  }

  /** The failure, with the host and the addresses, which the JDK leaves out of these two. */
  private static IOException named(IOException e, HttpHost host, InetSocketAddress[] addresses) {
    if (!(e instanceof ConnectException || e instanceof SocketTimeoutException)) {
      return e;
    }
    StringBuilder tried = new StringBuilder();
    for (InetSocketAddress address : addresses) {
      tried.append(tried.length() == 0 ? "" : ", ").append(address.getAddress());
    }
    String message = "Connect to " + host + " [" + tried + "] failed: " + e.getMessage();
    IOException named =
        e instanceof ConnectException
            ? new ConnectException(message)
            : new SocketTimeoutException(message);
    named.initCause(e);
    return named;
  }

  /**
   * TLS with a proxy, whose certificate is verified as that of an API: what is sent to it has a
   * password.
   */
  private SSLSocket tls(Socket socket, HttpProxy proxy) throws IOException {
    try {
      return tls(socket, proxy.host);
    } catch (SSLException e) {
      throw new CodedException(
          ErrorCode.HTTP_PROXY_FAILED,
          "TLS with "
              + proxy
              + " failed: "
              + e.getMessage()
              + ". If it does not speak TLS, its URL begins with http://; if an authority of your"
              + " own issued its certificate, add that to api-ca-file.",
          e);
    }
  }

  private SSLSocket tls(Socket socket, HttpHost host) throws IOException {
    ApiTls api = tls;
    if (api == null) {
      // the anchors are read at the first call that needs them
      api = new ApiTls(TrustAnchors.trust(new File(System.getProperty("java.home")), authorities));
      tls = api;
    }
    return api.secured(socket, host.getHostName(), port(host));
  }

  static boolean isTls(HttpHost host) {
    return "https".equalsIgnoreCase(host.getSchemeName());
  }

  /** The one that the URL has, or that of its scheme. */
  static int port(HttpHost host) {
    return host.getPort() > 0 ? host.getPort() : isTls(host) ? 443 : 80;
  }
}
