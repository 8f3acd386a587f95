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
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
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
  private final Proxies proxies;
  private final SocksProxies socksProxies;
  private final Deque<ApiConnection> kept = new ArrayDeque<>();
  private volatile @Nullable SSLContext context;

  /**
   * @param authorities certificates to trust beside the JDK's own, PEM; or null
   */
  ApiConnections(@Nullable File authorities) {
    this(
        authorities,
        new Proxies(System.getProperties(), System.getenv()),
        new SocksProxies(System.getProperties(), System.getenv()));
  }

  ApiConnections(@Nullable File authorities, Proxies proxies, SocksProxies socksProxies) {
    this.authorities = authorities;
    this.proxies = proxies;
    this.socksProxies = socksProxies;
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
    // neither metadata servers, which speak http, nor HTTP proxies are reached through another one
    boolean direct = proxy != null || !isTls(host);
    SocksProxy socks = direct ? null : socks(host);
    InetSocketAddress[] addresses = addresses(first, socks, direct);
    for (int i = 0; ; i++) {
      Socket socket = direct || socks != null ? new Socket(Proxy.NO_PROXY) : new Socket();
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
        Socket way = proxy != null && isTls(proxy.host) ? tls(socket, proxy) : socket;
        connection.bind(way);
        if (proxy != null) {
          proxy.connect(connection, host);
        }
        if (isTls(host)) {
          connection.bind(tls(way, host), socket);
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

  /** That of {@code HTTPS_PROXY}, else that of {@code ALL_PROXY}. */
  private @Nullable SocksProxy socks(HttpHost host) {
    SocksProxy named = proxies.socks(host);
    return named == null ? socksProxies.of(host.getHostName()) : named;
  }

  private InetSocketAddress[] addresses(HttpHost host, @Nullable SocksProxy proxy, boolean direct)
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
      throw new IOException(
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
    SSLContext tls = context;
    if (tls == null) {
      // read at the first call that needs them
      tls = TrustAnchors.context(new File(System.getProperty("java.home")), authorities);
      context = tls;
    }
    SSLSocket secured =
        (SSLSocket)
            tls.getSocketFactory().createSocket(socket, host.getHostName(), port(host), true);
    SSLParameters parameters = secured.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secured.setSSLParameters(parameters);
    secured.startHandshake();
    return secured;
  }

  static boolean isTls(HttpHost host) {
    return "https".equalsIgnoreCase(host.getSchemeName());
  }

  /** The one that the URL has, or that of its scheme. */
  static int port(HttpHost host) {
    return host.getPort() > 0 ? host.getPort() : isTls(host) ? 443 : 80;
  }
}
