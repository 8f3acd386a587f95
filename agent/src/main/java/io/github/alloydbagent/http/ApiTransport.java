package io.github.alloydbagent.http;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.apache.v5.Apache5HttpTransport;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP client of everything that the agent asks: tokens, the metadata server, the Admin API.
 *
 * <p>It has its own TLS context and its own sockets: no {@code HttpURLConnection}, no default
 * {@code SSLContext}, no cookies, no redirects, no retries of its own.
 */
public final class ApiTransport {

  /** Milliseconds until a server must have accepted. */
  public static final int CONNECT_TIMEOUT = 10_000;

  /** Milliseconds without a byte of an answer. */
  public static final int READ_TIMEOUT = 20_000;

  private ApiTransport() {}

  /** A transport for any thread; its connections are kept for a minute at most. */
  public static HttpTransport create() {
    return new Apache5HttpTransport(
        HttpClients.custom()
            .setConnectionManager(
                PoolingHttpClientConnectionManagerBuilder.create()
                    .setTlsSocketStrategy(new JdkAnchors())
                    .setDefaultConnectionConfig(
                        ConnectionConfig.custom()
                            .setConnectTimeout(CONNECT_TIMEOUT, TimeUnit.MILLISECONDS)
                            .setSocketTimeout(READ_TIMEOUT, TimeUnit.MILLISECONDS)
                            .setTimeToLive(1, TimeUnit.MINUTES)
                            .build())
                    .build())
            // an empty registry: the default one parses the list of public suffixes
            .setDefaultCookieSpecRegistry(name -> null)
            .disableCookieManagement()
            .disableRedirectHandling()
            .disableAutomaticRetries()
            .disableAuthCaching()
            .disableContentCompression()
            .build());
  }

  /** TLS for API calls; the anchors are read at the first call that needs them. */
  private static final class JdkAnchors implements TlsSocketStrategy {
    private volatile @Nullable SSLContext context;

    @Override
    public SSLSocket upgrade(
        Socket socket, String target, int port, @Nullable Object attachment, HttpContext unused)
        throws IOException {
      SSLContext tls = context;
      if (tls == null) {
        tls = TrustAnchors.context(new File(System.getProperty("java.home")));
        context = tls;
      }
      SSLSocket upgraded =
          (SSLSocket) tls.getSocketFactory().createSocket(socket, target, port, true);
      SSLParameters parameters = upgraded.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      upgraded.setSSLParameters(parameters);
      upgraded.startHandshake();
      return upgraded;
    }
  }
}
