package io.github.alloydbagent.http;

import com.google.api.client.http.HttpTransport;
import com.google.auth.http.HttpTransportFactory;
import java.io.File;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP client of everything that the agent asks: tokens, the metadata server, the Admin API.
 *
 * <p>It is HttpCore under Google's HTTP library, with its own TLS context and its own sockets: no
 * {@code HttpURLConnection}, no default {@code SSLContext}, no cookies, no redirects, no retries.
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
   * first call makes it, which loads classes.
   */
  @Override
  public synchronized HttpTransport create() {
    HttpTransport transport = made;
    if (transport == null) {
      transport = new Calls(new ApiConnections(authorities), new AnswerLimit(nanoClock));
      made = transport;
    }
    return transport;
  }

  private static final class Calls extends HttpTransport {
    private final ApiConnections connections;
    private final AnswerLimit limit;

    Calls(ApiConnections connections, AnswerLimit limit) {
      this.connections = connections;
      this.limit = limit;
    }

    @Override
    public boolean supportsMethod(String method) {
      return true;
    }

    @Override
    protected ApiCall buildRequest(String method, String url) {
      return new ApiCall(method, url, connections, limit);
    }
  }
}
