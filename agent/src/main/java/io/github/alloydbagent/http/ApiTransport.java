package io.github.alloydbagent.http;

import com.google.api.client.http.HttpTransport;
import com.google.auth.http.HttpTransportFactory;
import io.github.alloydbagent.net.NameLookup;
import io.github.alloydbagent.net.SocksProxies;
import io.github.alloydbagent.time.Clock;
import java.io.File;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
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

  /**
   * Milliseconds for a whole call: the look-up of the name, all addresses of it, proxies, TLS, the
   * request and the answer. The APIs answer within a few hundred milliseconds.
   */
  static final long CALL_TIMEOUT = 30_000;

  private final @Nullable File authorities;
  private final ScheduledExecutorService timer;
  private final Executor lookUps;
  private final Executor workers;
  private final Clock clock;
  private final long callMillis;
  private @Nullable HttpTransport made;

  /**
   * @param authorities certificates to trust beside the JDK's own, PEM; or null
   * @param timer ends calls at their deadline; its tasks take no time
   * @param lookUps where names are looked up, which cannot be interrupted
   * @param workers where idle connections are closed
   */
  public ApiTransport(
      @Nullable File authorities,
      ScheduledExecutorService timer,
      Executor lookUps,
      Executor workers) {
    this(authorities, timer, lookUps, workers, Clock.SYSTEM, CALL_TIMEOUT);
  }

  ApiTransport(
      @Nullable File authorities,
      ScheduledExecutorService timer,
      Executor lookUps,
      Executor workers,
      Clock clock,
      long callMillis) {
    this.authorities = authorities;
    this.timer = timer;
    this.lookUps = lookUps;
    this.workers = workers;
    this.clock = clock;
    this.callMillis = callMillis;
  }

  /**
   * The one transport there is, for any thread; its connections are kept for a minute at most. The
   * first call makes it, which loads classes.
   */
  @Override
  public synchronized HttpTransport create() {
    HttpTransport transport = made;
    if (transport == null) {
      transport = new Calls();
      made = transport;
    }
    return transport;
  }

  private final class Calls extends HttpTransport {
    private final ApiConnections connections =
        new ApiConnections(
            authorities,
            new Proxies(System.getProperties(), System.getenv()),
            new SocksProxies(System.getProperties(), System.getenv()),
            timer,
            new NameLookup(lookUps),
            workers,
            clock);

    @Override
    public boolean supportsMethod(String method) {
      return true;
    }

    @Override
    protected ApiCall buildRequest(String method, String url) {
      return new ApiCall(
          method, url, connections, host -> new CallDeadline(host, callMillis, timer, clock));
    }
  }
}
