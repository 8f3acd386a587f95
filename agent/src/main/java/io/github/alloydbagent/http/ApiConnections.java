package io.github.alloydbagent.http;

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
import java.util.Deque;
import java.util.Iterator;
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

  private final @Nullable File authorities;
  private final Proxies proxies = new Proxies(System.getProperties(), System.getenv());
  private final SocksProxies socksProxies =
      new SocksProxies(System.getProperties(), System.getenv());
  private final Deque<ApiConnection> kept = new ArrayDeque<>();
  private volatile @Nullable ApiTls tls;

  /**
   * @param authorities certificates to trust beside the JDK's own, PEM; or null
   */
  ApiConnections(@Nullable File authorities) {
    this.authorities = authorities;
  }

  /**
   * One that is kept, else a new one; for the caller alone, until it is {@link #done} with it.
   *
   * @param millis until the server, or a proxy, must have accepted, and for each byte of TLS
   */
  ApiConnection to(HttpHost host, int millis) throws IOException {
    for (ApiConnection known = take(host); known != null; known = take(host)) {
      if (known.isUsable()) {
        return known;
      }
      known.close(CloseMode.IMMEDIATE);
    }
    return open(host, millis);
  }

  /** Takes a connection back, and keeps it if it can be used again. */
  void done(ApiConnection connection, boolean reusable) {
    ApiConnection tooMany = connection;
    if (reusable) {
      synchronized (kept) {
        kept.addFirst(connection);
        tooMany = kept.size() > MOST ? kept.removeLast() : null;
      }
    }
    if (tooMany != null) {
      tooMany.close(CloseMode.IMMEDIATE);
    }
  }

  private @Nullable ApiConnection take(HttpHost host) {
    synchronized (kept) {
      for (Iterator<ApiConnection> each = kept.iterator(); each.hasNext(); ) {
        ApiConnection connection = each.next();
        if (connection.isOld()) {
          each.remove();
          connection.close(CloseMode.IMMEDIATE);
        } else if (connection.leadsTo(host)) {
          each.remove();
          return connection;
        }
      }
      return null;
    }
  }

  /**
   * Tries the addresses in turn, the host's or its proxy's; the last one's failure is the caller's.
   */
  private ApiConnection open(HttpHost host, int millis) throws IOException {
    HttpProxy proxy = proxies.of(host);
    HttpHost first = proxy == null ? host : proxy.host;
    SocksProxy socks = isTls(first) ? socksProxies.of(first.getHostName()) : null;
    InetSocketAddress[] addresses = addresses(first, socks);
    for (int i = 0; ; i++) {
      // not the JVM's SOCKS proxy either for what speaks http: metadata servers, HTTP proxies
      Socket socket = isTls(first) && socks == null ? new Socket() : new Socket(Proxy.NO_PROXY);
      boolean done = false;
      try {
        if (socks == null) {
          socket.connect(addresses[i], millis);
        } else {
          socks.connect(socket, InetAddress.getByName(socks.host()), addresses[i], millis);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(millis);
        ApiConnection connection = new ApiConnection(host);
        connection.bind(socket);
        if (proxy != null) {
          proxy.connect(connection, host);
        }
        if (isTls(host)) {
          connection.bind(tls(socket, host), socket);
        }
        done = true;
        return connection;
      } catch (IOException e) {
        if (i == addresses.length - 1) {
          throw named(e, first, addresses);
        }
      } finally {
        if (!done) {
          socket.close();
        }
      }
    }
  }

  private InetSocketAddress[] addresses(HttpHost host, @Nullable SocksProxy proxy)
      throws UnknownHostException {
    InetSocketAddress name = InetSocketAddress.createUnresolved(host.getHostName(), port(host));
    if (proxy != null && proxy.resolvesNames()) {
      return new InetSocketAddress[] {name};
    }
    try {
      InetAddress[] found = InetAddress.getAllByName(host.getHostName());
      InetSocketAddress[] addresses = new InetSocketAddress[found.length];
      for (int i = 0; i < found.length; i++) {
        addresses[i] = new InetSocketAddress(found[i], port(host));
      }
      return addresses;
    } catch (UnknownHostException e) {
      if (isTls(host) && socksProxies.isJvms()) {
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

  private SSLSocket tls(Socket socket, HttpHost host) throws IOException {
    ApiTls api = tls;
    if (api == null) {
      // the anchors are read at the first call that needs them
      api = new ApiTls(TrustAnchors.trust(new File(System.getProperty("java.home")), authorities));
      tls = api;
    }
    return api.secured(socket, host.getHostName(), port(host));
  }

  private static boolean isTls(HttpHost host) {
    return "https".equalsIgnoreCase(host.getSchemeName());
  }

  /** The one that the URL has, or that of its scheme. */
  static int port(HttpHost host) {
    return host.getPort() > 0 ? host.getPort() : isTls(host) ? 443 : 80;
  }
}
