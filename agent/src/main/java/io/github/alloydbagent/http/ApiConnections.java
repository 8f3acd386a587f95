package io.github.alloydbagent.http;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.ConnectExceptionSupport;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections for API calls, over plain TCP or TLS as the URL says.
 *
 * <p>In the place of HttpClient's own class for this, which names {@code jdk.net} and so does not
 * load in a runtime image that was linked without the module of that name.
 */
final class ApiConnections implements HttpClientConnectionOperator {
  private final @Nullable File authorities;
  private final SocksProxies proxies;
  private volatile @Nullable SSLContext context;

  /**
   * @param authorities certificates to trust beside the JDK's own, PEM; or null
   */
  ApiConnections(@Nullable File authorities, SocksProxies proxies) {
    this.authorities = authorities;
    this.proxies = proxies;
  }

  /** Tries the host's addresses in turn; the last one's failure is the caller's. */
  @Override
  public void connect(
      ManagedHttpClientConnection connection,
      HttpHost host,
      @Nullable InetSocketAddress unused,
      TimeValue timeout,
      SocketConfig config,
      HttpContext httpContext)
      throws IOException {
    SocksProxy proxy = isTls(host) ? proxies.of(host.getHostName()) : null;
    InetSocketAddress[] addresses = addresses(host, proxy);
    for (int i = 0; i < addresses.length; i++) {
      // not the JVM's SOCKS proxy either for what speaks http: metadata servers, HTTP proxies
      Socket socket = isTls(host) && proxy == null ? new Socket() : new Socket(Proxy.NO_PROXY);
      boolean done = false;
      try {
        connection.bind(socket); // who gives the call up closes it
        int millis = Math.max(1, timeout.toMillisecondsIntBound());
        if (proxy == null) {
          socket.connect(addresses[i], millis);
        } else {
          proxy.connect(socket, InetAddress.getByName(proxy.host()), addresses[i], millis);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(millis); // until the manager of connections sets another
        connection.bind(socket);
        if (isTls(host)) {
          connection.bind(tls(socket, host), socket);
        }
        done = true;
        return;
      } catch (IOException e) {
        if (i == addresses.length - 1) {
          throw ConnectExceptionSupport.enhance(e, host, resolved(addresses));
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
      if (isTls(host) && proxies.isJvms()) {
        return new InetSocketAddress[] {name}; // the proxy may know it
      }
      throw e;
    }
  }

  private static InetAddress[] resolved(InetSocketAddress[] addresses) {
    return Arrays.stream(addresses)
        .map(InetSocketAddress::getAddress)
        .filter(Objects::nonNull)
        .toArray(InetAddress[]::new);
  }

  /** Puts TLS to the host over the tunnel that a proxy has opened to it. */
  @Override
  public void upgrade(
      ManagedHttpClientConnection connection, HttpHost host, HttpContext httpContext)
      throws IOException {
    Socket socket = connection.getSocket();
    connection.bind(tls(socket, host), socket);
  }

  private SSLSocket tls(Socket socket, HttpHost host) throws IOException {
    SSLContext tls = context;
    if (tls == null) {
      // read at the first call that needs them
      tls = TrustAnchors.context(new File(System.getProperty("java.home")), authorities);
      context = tls;
    }
    SSLSocket upgraded =
        (SSLSocket)
            tls.getSocketFactory().createSocket(socket, host.getHostName(), port(host), true);
    SSLParameters parameters = upgraded.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    upgraded.setSSLParameters(parameters);
    upgraded.startHandshake();
    return upgraded;
  }

  private static boolean isTls(HttpHost host) {
    return "https".equalsIgnoreCase(host.getSchemeName());
  }

  private static int port(HttpHost host) {
    return host.getPort() > 0 ? host.getPort() : isTls(host) ? 443 : 80;
  }
}
