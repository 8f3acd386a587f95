package io.github.alloydbagent.http;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
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
  private volatile @Nullable SSLContext context;

  /**
   * @param authorities certificates to trust beside the JDK's own, PEM; or null
   */
  ApiConnections(@Nullable File authorities) {
    this.authorities = authorities;
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
    InetAddress[] addresses = InetAddress.getAllByName(host.getHostName());
    for (int i = 0; i < addresses.length; i++) {
      Socket socket = new Socket();
      boolean done = false;
      try {
        connection.bind(socket); // who gives the call up closes it
        int millis = Math.max(1, timeout.toMillisecondsIntBound());
        socket.connect(new InetSocketAddress(addresses[i], port(host)), millis);
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
          throw ConnectExceptionSupport.enhance(e, host, addresses);
        }
      } finally {
        if (!done) {
          socket.close();
        }
      }
    }
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
