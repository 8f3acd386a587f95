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
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;

/**
 * Opens and pools the connections of API calls, over plain TCP or TLS according to the URL, and
 * through the proxies in the settings of the JVM or its environment. Idle connections are reused
 * for a minute. Thread-safe.
 *
 * <p>A gateway that drops idle connections silently drops all of them together. A call that fails
 * or takes longer than three seconds is therefore a sign that no connection last used before the
 * start of that call may work any more, and none of them is used again.
 */
final class ApiConnections {

  /** A call that takes this long may have lost its connection. */
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** Maximum number of idle connections; only a few threads make calls. */
  private static final int MAX_IDLE_CONNECTIONS = 8;

  /**
   * Minimum timeout per address in milliseconds if there are several: TCP retransmits a lost packet
   * after one second.
   */
  private static final long MIN_SHARE_MILLIS = 2_000;

  private final @Nullable File authorities;
  private final Proxies proxies;
  private final SocksProxies socksProxies;
  private final ScheduledExecutorService timer;
  private final NameLookup names;
  private final Executor workers;
  private final Clock clock;
  private final Deque<ApiConnection> idleConnections = new ArrayDeque<>(); // guarded by itself
  private boolean isCleanUpScheduled; // guarded by idleConnections

  /** The calls that have not ended, in order of their start; guarded by idleConnections. */
  private final Set<CallDeadline> calls = new LinkedHashSet<>();

  private volatile @Nullable ApiTls tls;

  /**
   * @param authorities PEM file of certificates to trust in addition to the JDK's own, or null
   * @param timer its tasks do not block
   * @param workers close old connections, which may block with TLS
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
   * Returns an idle connection or opens a new one. The caller has exclusive use of it until {@link
   * #release}.
   *
   * @param millis the timeout for connecting to the server or a proxy, and for each read during the
   *     TLS handshake
   * @param call limits the total time
   */
  ApiConnection connect(HttpHost host, int millis, CallDeadline call) throws IOException {
    begin(call);
    for (ApiConnection idle = take(host); idle != null; idle = take(host)) {
      if (idle.isUsable()) {
        call.closeAtDeadline(idle.tcp());
        return idle;
      }
      idle.close(CloseMode.IMMEDIATE);
    }
    return open(host, millis, call);
  }

  /** Registers a call, and closes the connections that a slow call to the same host discredits. */
  private void begin(CallDeadline call) {
    List<ApiConnection> suspects = Collections.emptyList();
    synchronized (idleConnections) {
      CallDeadline latestSlow = null;
      for (CallDeadline earlier : calls) {
        if (earlier.host().equals(call.host())
            && call.startNanos() - earlier.startNanos() > SLOW_NANOS) {
          latestSlow = earlier;
        }
      }
      if (latestSlow != null) {
        suspects = removeUnusedSince(latestSlow);
      }
      calls.add(call);
    }
    closeAll(suspects);
  }

  /**
   * Called when a call has ended, whether or not it got a connection.
   *
   * @param isAnswered whether it got a response
   */
  void endCall(CallDeadline call, boolean isAnswered) {
    List<ApiConnection> suspects = Collections.emptyList();
    synchronized (idleConnections) {
      calls.remove(call);
      if (!isAnswered) {
        suspects = removeUnusedSince(call);
      }
    }
    closeAll(suspects);
  }

  /**
   * Removes the idle connections to the host of a call that got their last response before the call
   * started. The caller must hold the lock.
   */
  private List<ApiConnection> removeUnusedSince(CallDeadline call) {
    List<ApiConnection> removed = new ArrayList<>();
    for (Iterator<ApiConnection> each = idleConnections.iterator(); each.hasNext(); ) {
      ApiConnection connection = each.next();
      if (connection.isTo(call.host()) && connection.isUnusedSince(call.startNanos())) {
        removed.add(connection);
        each.remove();
      }
    }
    return removed;
  }

  private static void closeAll(List<ApiConnection> connections) {
    for (ApiConnection connection : connections) {
      connection.abort();
    }
  }

  /** Takes a connection back, and keeps it if it can be reused. */
  void release(ApiConnection connection, boolean isReusable) {
    ApiConnection surplus = connection;
    if (isReusable) {
      connection.markUsed();
      synchronized (idleConnections) {
        idleConnections.addFirst(connection);
        surplus =
            idleConnections.size() > MAX_IDLE_CONNECTIONS ? idleConnections.removeLast() : null;
        scheduleCleanUp();
      }
    }
    if (surplus != null) {
      surplus.close(CloseMode.IMMEDIATE);
    }
  }

  /**
   * Schedules a task that closes expired connections, for the time when the first idle one expires.
   * The server closes its end at about that time, and the next call, which would notice, may be an
   * hour away. The caller must hold the lock.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the timer lives as long as the JVM
  private void scheduleCleanUp() {
    if (isCleanUpScheduled || idleConnections.isEmpty()) {
      return;
    }
    long nanos = Long.MAX_VALUE;
    for (ApiConnection connection : idleConnections) {
      nanos = Math.min(nanos, connection.remainingNanos());
    }
    timer.schedule(this::cleanUp, Math.max(1_000_000, nanos), TimeUnit.NANOSECONDS);
    isCleanUpScheduled = true;
  }

  private void cleanUp() {
    List<ApiConnection> expired = new ArrayList<>();
    synchronized (idleConnections) {
      isCleanUpScheduled = false;
      try {
        for (Iterator<ApiConnection> each = idleConnections.iterator(); each.hasNext(); ) {
          ApiConnection connection = each.next();
          if (connection.hasExpired()) {
            each.remove();
            expired.add(connection);
          }
        }
      } finally {
        scheduleCleanUp();
      }
    }
    if (!expired.isEmpty()) {
      boolean handedOver = false;
      try {
        workers.execute(
            () -> {
              for (ApiConnection connection : expired) {
                connection.close(CloseMode.IMMEDIATE);
              }
            });
        handedOver = true;
      } finally {
        if (!handedOver) { // out of memory, for example; nothing else refers to them any more
          closeAll(expired);
        }
      }
    }
  }

  private @Nullable ApiConnection take(HttpHost host) {
    synchronized (idleConnections) {
      for (Iterator<ApiConnection> each = idleConnections.iterator(); each.hasNext(); ) {
        ApiConnection connection = each.next();
        // The clean-up closes expired connections: closing may block, so it must not happen under
        // the lock.
        if (!connection.hasExpired() && connection.isTo(host)) {
          each.remove();
          return connection;
        }
      }
      return null;
    }
  }

  /**
   * Tries the addresses of the host or its proxy in turn, within a shared time limit; throws the
   * failure of the last one.
   */
  private ApiConnection open(HttpHost host, int millis, CallDeadline call) throws IOException {
    HttpProxy proxy = proxies.httpProxy(host);
    HttpHost first = proxy == null ? host : proxy.host;
    // Metadata servers, which use http, and HTTP proxies are never connected to through another
    // proxy.
    boolean isDirect = proxy != null || !isTls(host);
    SocksProxy socks = isDirect ? null : socks(host);
    Deadline all = Deadline.inMillis(Math.min(2L * millis, call.remainingMillis()), clock);
    InetSocketAddress[] addresses = addresses(first, socks, isDirect, all);
    call.beginStep("connecting");
    for (int i = 0; ; i++) {
      Socket socket =
          isDirect || socks != null ? new Socket(Proxy.NO_PROXY) : socksProxies.newSocket();
      boolean done = false;
      try {
        call.closeAtDeadline(socket);
        int share = addressTimeoutMillis(all, addresses.length - i, millis);
        if (socks == null) {
          socket.connect(addresses[i], share);
        } else {
          InetAddress proxyAddress = names.lookUp(socks.host(), share)[0];
          socks.connect(socket, proxyAddress, addresses[i], share);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(addressTimeoutMillis(all, 1, millis));
        ApiConnection connection = new ApiConnection(host, clock);
        connection.bindTcp(socket);
        Socket layered = socket;
        if (proxy != null && isTls(proxy.host)) {
          layered = tls(socket, proxy);
          connection.bind(layered);
        }
        if (proxy != null) {
          proxy.connect(connection, host);
        }
        if (isTls(host)) {
          connection.bind(tls(layered, host), socket);
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

  /** Returns the SOCKS proxy from {@code HTTPS_PROXY}, or otherwise from {@code ALL_PROXY}. */
  private @Nullable SocksProxy socks(HttpHost host) {
    SocksProxy named = proxies.socksProxy(host);
    return named == null ? socksProxies.proxy(host.getHostName()) : named;
  }

  /**
   * Returns the timeout in milliseconds for the next address, which leaves time for the remaining
   * ones.
   */
  static int addressTimeoutMillis(Deadline all, int left, int millis) {
    long remaining = all.remainingMillis();
    long share = Math.max(MIN_SHARE_MILLIS, remaining / left);
    return (int) Math.max(1, Math.min(Math.min(remaining, share), millis));
  }

  private InetSocketAddress[] addresses(
      HttpHost host, @Nullable SocksProxy proxy, boolean isDirect, Deadline all)
      throws IOException {
    InetSocketAddress name = InetSocketAddress.createUnresolved(host.getHostName(), port(host));
    if (proxy != null && proxy.resolvesNames()) {
      return new InetSocketAddress[] {name};
    }
    try {
      InetAddress[] found = names.lookUp(host.getHostName(), all.remainingMillis());
      InetSocketAddress[] addresses = new InetSocketAddress[found.length];
      for (int i = 0; i < found.length; i++) {
        addresses[i] = new InetSocketAddress(found[i], port(host));
      }
      return addresses;
    } catch (UnknownHostException e) {
      if (!isDirect && socksProxies.isConfiguredForJvm()) {
        return new InetSocketAddress[] {name}; // the proxy may resolve it
      }
      throw e;
    }
  }

  /**
   * Adds the host and the addresses to the failure, which the JDK omits from these two exceptions.
   */
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
   * Establishes TLS with a proxy and verifies its certificate like an API's, because the request
   * may contain a password.
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
              + ". If it does not support TLS, its URL must begin with http://; if a private"
              + " authority issued its certificate, add that authority to api-ca-file.",
          e);
    }
  }

  private SSLSocket tls(Socket socket, HttpHost host) throws IOException {
    ApiTls api = tls;
    if (api == null) {
      // the anchors are read when the first call needs them
      api = new ApiTls(TrustAnchors.trust(new File(System.getProperty("java.home")), authorities));
      tls = api;
    }
    return api.secured(socket, host.getHostName(), port(host));
  }

  static boolean isTls(HttpHost host) {
    return "https".equalsIgnoreCase(host.getSchemeName());
  }

  /** Returns the port of the URL, or the default port of its scheme. */
  static int port(HttpHost host) {
    return host.getPort() > 0 ? host.getPort() : isTls(host) ? 443 : 80;
  }
}
