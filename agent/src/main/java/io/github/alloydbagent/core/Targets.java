package io.github.alloydbagent.core;

import com.google.api.client.http.HttpTransport;
import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.IdentitySettings;
import io.github.alloydbagent.config.InstanceName;
import io.github.alloydbagent.config.InstanceSettings;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.RefreshStrategy;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.Scope;
import io.github.alloydbagent.http.ApiTransport;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.refresh.ClientKey;
import io.github.alloydbagent.refresh.ClusterCertificate;
import io.github.alloydbagent.refresh.ConnectionInfoCache;
import io.github.alloydbagent.refresh.ConnectionInfoFetch;
import io.github.alloydbagent.refresh.Jitter;
import io.github.alloydbagent.tunnel.Target;
import java.io.File;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Makes the targets of mappings, so that what can be shared is: one key pair and one HTTP client in
 * all, one identity per credentials, one certificate per cluster and identity, one connection info
 * per instance and identity. For one thread.
 */
final class Targets {
  private final AgentThreads threads;
  private final String userAgent;
  private final Log log;
  private final HttpTransport transport;
  private final Jitter jitter = new Jitter(new SecureRandom()::nextDouble);
  private final CompletableFuture<ClientKey> key;
  private final Map<IdentitySettings, Identity> identities = new HashMap<>();
  private final Map<List<?>, ClusterCertificate> certificates = new HashMap<>();
  private final Map<List<?>, ConnectionInfoCache> infos = new HashMap<>();

  Targets(AgentThreads threads, @Nullable File apiCaFile, String userAgent, Log log) {
    this.transport = ApiTransport.create(apiCaFile);
    this.threads = threads;
    this.userAgent = userAgent;
    this.log = log;
    this.key = CompletableFuture.supplyAsync(ClientKey::generate, threads.workers());
  }

  /** The target of a mapping; whatever it needs is fetched from now on. */
  Target of(Mapping mapping) {
    InstanceSettings settings = mapping.settings();
    InstanceName instance = mapping.instance();
    Identity identity =
        identities.computeIfAbsent(
            settings.identity(), as -> new Identity(as, transport, threads.workers()));
    AdminApi api = new AdminApi(transport, settings.apiEndpoint(), identity, userAgent);
    ClusterCertificate certificate =
        certificates.computeIfAbsent(
            Arrays.asList(identity, settings.apiEndpoint(), instance.clusterUri()),
            k ->
                new ClusterCertificate(
                    instance, api, identity, key, threads.workers(), System::currentTimeMillis));
    ConnectionInfoCache info =
        infos.computeIfAbsent(
            Arrays.asList(
                identity, settings.apiEndpoint(), instance.uri(), settings.refreshStrategy()),
            k ->
                new ConnectionInfoCache(
                    instance.uri(),
                    settings.refreshStrategy() == RefreshStrategy.LAZY,
                    new ConnectionInfoFetch(
                        instance, api, identity, certificate, threads.workers()),
                    threads.timer(),
                    System::currentTimeMillis,
                    jitter,
                    log));
    if (settings.refreshStrategy() == RefreshStrategy.BACKGROUND) {
      info.start();
      CompletableFuture<String> ahead = identity.token(Scope.LOGIN);
      log.debug(mapping + ": login token " + (ahead.isDone() ? "is there" : "is being fetched"));
    }
    return new Target(mapping, identity, info);
  }
}
