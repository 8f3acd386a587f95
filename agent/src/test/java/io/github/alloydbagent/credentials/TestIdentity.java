package io.github.alloydbagent.credentials;

import com.google.auth.http.HttpTransportFactory;
import io.github.alloydbagent.config.IdentitySettings;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.time.VirtualTime;
import java.util.concurrent.Executor;

/** Identities whose tokens are fetched within {@link VirtualTime#advance}. */
public final class TestIdentity {

  private TestIdentity() {}

  /** One that nobody asks for tokens. */
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
