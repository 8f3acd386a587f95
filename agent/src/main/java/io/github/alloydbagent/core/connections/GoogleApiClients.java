package io.github.alloydbagent.core.connections;

import com.google.auth.http.HttpTransportFactory;
import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.IdentitySettings;
import io.github.alloydbagent.core.threads.AgentThreads;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Jitter;
import org.jspecify.annotations.Nullable;

/** Creates clients of Google Cloud's APIs over HTTP. */
public final class GoogleApiClients implements ApiClients {
  private final HttpTransportFactory transport;
  private final String userAgent;
  private final AgentThreads threads;
  private final Clock clock;
  private final Jitter jitter;

  GoogleApiClients(
      HttpTransportFactory transport,
      String userAgent,
      AgentThreads threads,
      Clock clock,
      Jitter jitter) {
    this.transport = transport;
    this.userAgent = userAgent;
    this.threads = threads;
    this.clock = clock;
    this.jitter = jitter;
  }

  @Override
  public Identity identity(IdentitySettings settings) {
    return new Identity(settings, transport, threads.timer(), threads.tokens(), clock, jitter);
  }

  @Override
  public AdminApi adminApi(@Nullable String endpoint, Identity identity) {
    return new AdminApi(transport, endpoint, identity, userAgent);
  }
}
