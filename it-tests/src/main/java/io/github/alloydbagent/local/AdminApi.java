package io.github.alloydbagent.local;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.jspecify.annotations.Nullable;

/** Implements the Admin API independently of the protocol. Thread-safe. */
final class AdminApi {
  private static final int SMALLEST_RSA_KEY_BYTES = 256;

  /** The headers of a call. */
  record Caller(String authorization, String userAgent, String quotaProject) {}

  private final Map<String, LocalCluster> clusters;
  private final Tokens tokens;
  private final Permissions permissions;
  private final List<ApiCall> calls = new CopyOnWriteArrayList<>();
  private final Map<String, String> owners = new ConcurrentHashMap<>();
  private volatile @Nullable Caller lastCaller;
  private volatile Set<String> unreachable = Set.of();

  AdminApi(Map<String, LocalCluster> clusters, Tokens tokens, Permissions permissions) {
    this.clusters = clusters;
    this.tokens = tokens;
    this.permissions = permissions;
  }

  @Nullable Caller lastCaller() {
    return lastCaller;
  }

  /** Sets the locations that lists report as unreachable. */
  void unreachable(Set<String> locations) {
    unreachable = locations;
  }

  /** Returns the resource names of the project's unreachable locations. */
  List<String> unreachable(ResourceName parent) {
    return unreachable.stream()
        .map(location -> "projects/" + parent.project() + "/locations/" + location)
        .toList();
  }

  List<ApiCall> calls() {
    return List.copyOf(calls);
  }

  /**
   * Returns the principal to whom the client certificate with this hexadecimal serial number was
   * issued, or null.
   */
  @Nullable String owner(String certificate) {
    return owners.get(certificate);
  }

  LocalInstance connectionInfo(Caller caller, ResourceName instance) throws ApiRefusal {
    authorize(caller, instance, "alloydb.instances.connect", IamRole.CLIENT);
    LocalInstance found = cluster(instance).instances().get(instance.instance());
    if (found == null) {
      throw ApiRefusal.notFound(instance.toString());
    }
    return found;
  }

  List<X509Certificate> clientCertificate(
      Caller caller, ResourceName cluster, String publicKey, Duration asked, boolean exchange)
      throws ApiRefusal {
    String principal =
        authorize(caller, cluster, "alloydb.clusters.generateClientCertificate", IamRole.CLIENT);
    LocalCluster found = cluster(cluster);
    if (asked.compareTo(Duration.ofDays(1)) > 0) {
      throw ApiRefusal.invalid(
          "cert_duration " + asked.toSeconds() + "s is over the maximum of 24 hours");
    }
    List<X509Certificate> chain = found.issue(key(publicKey), asked, exchange);
    owners.put(chain.get(0).getSerialNumber().toString(16), principal);
    return chain;
  }

  /** Returns the project's reachable instances, sorted by name. */
  List<LocalInstance> list(Caller caller, ResourceName parent) throws ApiRefusal {
    authorize(caller, parent, "alloydb.instances.list", IamRole.VIEWER);
    return clusters.values().stream()
        .filter(c -> parent.covers(c.resource()))
        .filter(c -> !unreachable.contains(c.resource().location()))
        .flatMap(c -> c.instances().values().stream())
        .toList();
  }

  private static SubjectPublicKeyInfo key(String pem) throws ApiRefusal {
    SubjectPublicKeyInfo key;
    try {
      key = Pem.publicKey(pem);
    } catch (IOException e) {
      throw ApiRefusal.invalid("public_key is not a PEM-encoded public key: " + e.getMessage());
    }
    // the encoding of an RSA key is longer than its modulus, so this refuses keys under 2048 bits
    if (key.getPublicKeyData().getBytes().length < SMALLEST_RSA_KEY_BYTES) {
      throw ApiRefusal.invalid("public_key is not an RSA key of 2048 bits or more");
    }
    return key;
  }

  private LocalCluster cluster(ResourceName name) throws ApiRefusal {
    LocalCluster found = clusters.get(name.clusterName());
    if (found == null) {
      throw ApiRefusal.notFound(name.clusterName());
    }
    return found;
  }

  private String authorize(Caller caller, ResourceName resource, String permission, IamRole role)
      throws ApiRefusal {
    lastCaller = caller;
    String authorization = caller.authorization();
    Tokens.Grant grant =
        authorization.startsWith("Bearer ") ? tokens.valid(authorization.substring(7)) : null;
    if (grant == null) {
      throw ApiRefusal.unauthenticated();
    }
    calls.add(
        new ApiCall(
            grant.principal(), resource.toString(), caller.userAgent(), caller.quotaProject()));
    if (!Scopes.allowApi(grant.scopes())) {
      throw ApiRefusal.scope();
    }
    // like Google's API, do not reveal whether a forbidden project exists
    if (clusters.values().stream().noneMatch(c -> c.resource().project().equals(resource.project()))
        || !permissions.has(grant.principal(), role)) {
      throw ApiRefusal.denied(permission, resource.toString());
    }
    if (!permissions.has(grant.principal(), IamRole.SERVICE_USAGE_CONSUMER)) {
      throw ApiRefusal.denied("serviceusage.services.use", "projects/" + resource.project());
    }
    return grant.principal();
  }
}
