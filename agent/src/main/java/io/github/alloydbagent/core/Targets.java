package io.github.alloydbagent.core;

import com.google.api.client.http.HttpTransport;
import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.InstanceName;
import io.github.alloydbagent.config.InstanceSettings;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.Scope;
import io.github.alloydbagent.http.ApiTransport;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.refresh.ClientKey;
import io.github.alloydbagent.refresh.ClusterCertificate;
import io.github.alloydbagent.refresh.ConnectionInfoFetch;
import io.github.alloydbagent.refresh.RefreshAhead;
import io.github.alloydbagent.tunnel.Target;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Makes the targets of mappings, so that what can be shared is: one key pair and one HTTP client in
 * all, one identity per credentials, one certificate per cluster and identity, one connection info
 * per instance and identity. For one thread.
 */
final class Targets {
  private final AgentThreads threads;
  private final String userAgent;
  private final Log log;
  private final HttpTransport transport = ApiTransport.create();
  private final CompletableFuture<ClientKey> key;
  private final Map<String, Identity> identities = new HashMap<>();
  private final Map<String, ClusterCertificate> certificates = new HashMap<>();
  private final Map<String, RefreshAhead> infos = new HashMap<>();

  Targets(AgentThreads threads, String userAgent, Log log) {
    this.threads = threads;
    this.userAgent = userAgent;
    this.log = log;
    this.key = CompletableFuture.supplyAsync(ClientKey::generate, threads.workers());
  }

  /** The target of a mapping; whatever it needs is fetched from now on. */
  Target of(Mapping mapping) {
    InstanceSettings settings = mapping.settings();
    InstanceName instance = mapping.instance();
    String as = String.valueOf(settings.credentialsFile());
    Identity identity =
        identities.computeIfAbsent(
            as, k -> new Identity(settings.credentialsFile(), transport, threads.workers()));
    String at = settings.apiEndpoint() + " " + as + " ";
    AdminApi api = new AdminApi(transport, settings.apiEndpoint(), identity, userAgent);
    ClusterCertificate certificate =
        certificates.computeIfAbsent(
            at + instance.clusterUri(),
            k ->
                new ClusterCertificate(
                    instance, api, identity, key, threads.workers(), System::currentTimeMillis));
    RefreshAhead info =
        infos.computeIfAbsent(
            at + instance.uri(),
            k ->
                new RefreshAhead(
                    instance.uri(),
                    new ConnectionInfoFetch(
                        instance, api, identity, certificate, threads.workers()),
                    threads.timer(),
                    System::currentTimeMillis,
                    log));
    info.start();
    CompletableFuture<String> ahead = identity.token(Scope.LOGIN);
    log.debug(mapping + ": login token " + (ahead.isDone() ? "is there" : "is being fetched"));
    return new Target(mapping, identity, info);
  }
}
