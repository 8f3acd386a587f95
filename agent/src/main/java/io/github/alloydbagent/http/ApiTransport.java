package io.github.alloydbagent.http;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.apache.v5.Apache5HttpTransport;
import com.google.auth.http.HttpTransportFactory;
import java.io.File;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP client of everything that the agent asks: tokens, the metadata server, the Admin API.
 *
 * <p>It has its own TLS context and its own sockets: no {@code HttpURLConnection}, no default
 * {@code SSLContext}, no cookies, no redirects, no retries of its own.
 */
public final class ApiTransport implements HttpTransportFactory {

  /** Milliseconds until a server must have accepted. */
  public static final int CONNECT_TIMEOUT = 10_000;

  /** Milliseconds without a byte of an answer. */
  public static final int READ_TIMEOUT = 20_000;

  private final @Nullable File authorities;
  private final LongSupplier nanoClock;
  private @Nullable HttpTransport made;

  /**
   * @param authorities certificates to trust beside the JDK's own, PEM; or null
   */
  public ApiTransport(@Nullable File authorities) {
    this(authorities, System::nanoTime);
  }

  ApiTransport(@Nullable File authorities, LongSupplier nanoClock) {
    this.authorities = authorities;
    this.nanoClock = nanoClock;
  }

  /**
   * The one transport there is, for any thread; its connections are kept for a minute at most. The
   * first call makes it, and that takes a JVM that has just started a tenth of a second.
   */
  @Override
  public synchronized HttpTransport create() {
    HttpTransport transport = made;
    if (transport == null) {
      transport = transport();
      made = transport;
    }
    return transport;
  }

  private HttpTransport transport() {
    Proxies proxies = new Proxies(System.getProperties(), System.getenv());
    return new Apache5HttpTransport(
        HttpClients.custom()
            .setConnectionManager(
                new Connections(authorities)
                    // the default one reads the application's trust store
                    .setTlsSocketStrategy(ApiTransport::none)
                    .setDefaultConnectionConfig(
                        ConnectionConfig.custom()
                            .setConnectTimeout(CONNECT_TIMEOUT, TimeUnit.MILLISECONDS)
                            .setSocketTimeout(READ_TIMEOUT, TimeUnit.MILLISECONDS)
                            .setTimeToLive(1, TimeUnit.MINUTES)
                            .build())
                    .build())
            .addExecInterceptorLast("limit", new AnswerLimit(nanoClock))
            .setRoutePlanner(proxies)
            .setDefaultCredentialsProvider(proxies)
            // an empty registry: the default one parses the list of public suffixes
            .setDefaultCookieSpecRegistry(name -> null)
            .disableCookieManagement()
            .disableRedirectHandling()
            .disableAutomaticRetries()
            .disableAuthCaching()
            .disableContentCompression()
            .build());
  }

  /** In the place of HttpClient's TLS, which {@link ApiConnections} never asks for. */
  private static SSLSocket none(
      Socket socket, String target, int port, @Nullable Object attachment, HttpContext context) {
    throw new IllegalStateException("TLS to " + target + " is ApiConnections'");
  }

  /** A builder whose connections are opened by {@link ApiConnections}. */
  private static final class Connections extends PoolingHttpClientConnectionManagerBuilder {
    private final @Nullable File authorities;

    Connections(@Nullable File authorities) {
      this.authorities = authorities;
    }

    @Override
    protected HttpClientConnectionOperator createConnectionOperator(
        SchemePortResolver ports, DnsResolver names, TlsSocketStrategy tls) {
      return new ApiConnections(
          authorities, new SocksProxies(System.getProperties(), System.getenv()));
    }
  }
}
