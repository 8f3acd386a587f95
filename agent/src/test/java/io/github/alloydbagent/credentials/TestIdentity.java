package io.github.alloydbagent.credentials;

import com.google.auth.http.HttpTransportFactory;
import com.google.auth.oauth2.AccessToken;
import io.github.alloydbagent.config.IdentitySettings;
import io.github.alloydbagent.config.TestSettings;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.time.VirtualTime;
import io.github.alloydbagent.util.ErrorCode;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/** Creates identities whose tokens are fetched during {@link VirtualTime#advance}. */
public final class TestIdentity {

  /** A transport for tests that must not use HTTP. */
  public static final HttpTransportFactory NO_HTTP =
      () -> {
        throw new AssertionError("no HTTP here");
      };

  private TestIdentity() {}

  /** Calls a token server; blocks. */
  public interface TokenServer {
    AccessToken token(Scope scope) throws CredentialsException;
  }

  public static CredentialsException failure(boolean terminal) {
    return new CredentialsException(
        ErrorCode.TOKEN_SERVER_FAILED,
        terminal ? "invalid_grant" : "the token server is down",
        null,
        terminal);
  }

  /** Creates an identity whose tokens come from a server in the test. */
  public static Identity of(
      IdentitySettings settings,
      TokenServer server,
      ScheduledExecutorService timer,
      Executor executor,
      Clock clock,
      Jitter jitter) {
    return new Identity(
        settings,
        new CredentialSource(settings, NO_HTTP),
        new CachedToken(() -> server.token(Scope.API), timer, executor, clock, jitter),
        new CachedToken(() -> server.token(Scope.LOGIN), timer, executor, clock, jitter));
  }

  /** Creates an identity with a fixed token. */
  public static Identity ofToken(String token, VirtualTime time) {
    return of(TestSettings.identity("access-token", token), NO_HTTP, time);
  }

  /** Creates an identity without tokens. */
  public static Identity of(IdentitySettings settings, HttpTransportFactory transport) {
    return of(settings, transport, new VirtualTime());
  }

  public static Identity of(
      IdentitySettings settings, HttpTransportFactory transport, VirtualTime time) {
    return of(settings, transport, time, Runnable::run);
  }

  public static Identity of(
      IdentitySettings settings,
      HttpTransportFactory transport,
      VirtualTime time,
      Executor executor) {
    return new Identity(settings, transport, time.timer(), executor, time, new Jitter(() -> 0.5));
  }
}
