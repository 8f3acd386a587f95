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
 * The HTTP client for all of the agent's requests: tokens, the metadata server and the Admin API.
 *
 * <p>It runs HttpCore under Google's HTTP library, with a separate TLS context and separate
 * sockets. It uses no {@code HttpURLConnection}, no default {@code SSLContext}, no cookies, no
 * redirects and no retries.
 */
public final class ApiTransport implements HttpTransportFactory {

  /** Connect timeout in milliseconds. */
  public static final int CONNECT_TIMEOUT_MILLIS = 10_000;

  /** Maximum time in milliseconds without a byte of the response. */
  public static final int READ_TIMEOUT_MILLIS = 20_000;

  /**
   * Maximum time in milliseconds for a whole call: name lookup, all addresses, proxies, TLS,
   * request and response. The APIs respond within a few hundred milliseconds.
   */
  static final long CALL_TIMEOUT_MILLIS = 30_000;

  private final @Nullable File authorities;
  private final ScheduledExecutorService timer;
  private final Executor lookUpExecutor;
  private final Executor workers;
  private final Clock clock;
  private final long callMillis;
  private @Nullable HttpTransport cachedTransport;

  /**
   * @param authorities PEM file of certificates to trust in addition to the JDK's own, or null
   * @param timer aborts calls at their deadline; its tasks do not block
   * @param lookUpExecutor looks up names, which cannot be interrupted
   * @param workers close idle connections
   */
  public ApiTransport(
      @Nullable File authorities,
      ScheduledExecutorService timer,
      Executor lookUpExecutor,
      Executor workers) {
    this(authorities, timer, lookUpExecutor, workers, Clock.SYSTEM, CALL_TIMEOUT_MILLIS);
  }

  ApiTransport(
      @Nullable File authorities,
      ScheduledExecutorService timer,
      Executor lookUpExecutor,
      Executor workers,
      Clock clock,
      long callMillis) {
    this.authorities = authorities;
    this.timer = timer;
    this.lookUpExecutor = lookUpExecutor;
    this.workers = workers;
    this.clock = clock;
    this.callMillis = callMillis;
  }

  /**
   * Returns the only transport, which is thread-safe and keeps idle connections for at most a
   * minute. The first call creates it, which loads classes.
   */
  @Override
  public synchronized HttpTransport create() {
    HttpTransport transport = cachedTransport;
    if (transport == null) {
      transport = new CallTransport();
      cachedTransport = transport;
    }
    return transport;
  }

  private final class CallTransport extends HttpTransport {
    private final ApiConnections connections =
        new ApiConnections(
            authorities,
            new Proxies(System.getProperties(), System.getenv()),
            new SocksProxies(System.getProperties(), System.getenv()),
            timer,
            new NameLookup(lookUpExecutor),
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
