package io.github.alloydbagent.local;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Simulates AlloyDB on this machine: Admin API, token and metadata servers, and for each instance a
 * server-side proxy, all in front of one PostgreSQL server. All settings can be changed at run
 * time, from any thread.
 *
 * <pre>{@code
 * try (LocalAlloyDb alloyDb = LocalAlloyDb.builder().instance("primary").start()) {
 *   alloyDb.instance("primary").exchangeTrouble().set(ExchangeFault.stall());
 *   ...
 * }
 * }</pre>
 */
public final class LocalAlloyDb implements AutoCloseable {
  /** A simulated sovereign cloud, which this simulator serves in addition to Google Cloud. */
  public static final String UNIVERSE = "universe.example";

  private static final String IAM_CREDENTIALS = "iamcredentials.googleapis.com";
  private static final String SECURITY_TOKENS = "sts.googleapis.com";
  private static final String TOKENS = "oauth2.googleapis.com";

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread atExit = new Thread(this::closeNow, "local-alloydb-exit");
  private final Counts counts = new Counts(null);
  private final Tokens tokens = new Tokens();
  private final Permissions permissions = new Permissions();
  private final AdminTroubles adminTroubles = new AdminTroubles();
  private final Trouble<HttpFault> tokenTrouble = new Trouble<>();
  private final Trouble<HttpFault> metadataTrouble = new Trouble<>();
  private final Map<String, LocalCluster> clusters = new TreeMap<>();
  private final Map<String, ServiceAccount> accounts = new LinkedHashMap<>();
  private final Map<String, Person> people = new LinkedHashMap<>();
  private final WorkloadPool pool = new WorkloadPool();
  private final Map<String, Path> credentials = new LinkedHashMap<>();
  private final CertificateAuthority endpointAuthority =
      new CertificateAuthority("local AlloyDB endpoints");
  private final AdminApi api = new AdminApi(clusters, tokens, permissions);
  private final Path directory;
  private final PostgresServer postgres;
  private final HttpEndpoint admin;
  private final HttpEndpoint adminTls;
  private final IamCredentials impersonation = new IamCredentials(tokens, counts);
  private final Map<String, HttpEndpoint.Handler> servers = new LinkedHashMap<>();
  private final HttpEndpoint googleApis;
  private final GrpcEndpoint adminGrpc;
  private final HttpEndpoint tokenServer;
  private final MetadataServer metadata;
  private final HttpEndpoint metadataServer;

  LocalAlloyDb(LocalAlloyDbBuilder plan) throws IOException {
    Runtime.getRuntime().addShutdownHook(atExit);
    // if the JVM shuts down during the start, close waits until everything that it must close
    // exists
    synchronized (this) {
      directory = Files.createTempDirectory("local-alloydb-");
      parts.push(() -> delete(directory));
      try {
        postgres =
            new PostgresServer(
                Files.createDirectory(directory.resolve("pg")),
                plan.roles(),
                plan.postgresSettings());
        parts.push(postgres);
        Backend backend = new Backend(postgres, tokens, permissions);
        for (Map.Entry<String, List<LocalAlloyDbBuilder.Instance>> planned :
            plan.clusters().entrySet()) {
          LocalCluster cluster = new LocalCluster(ResourceName.ofCluster(planned.getKey()));
          clusters.put(cluster.name(), cluster);
          for (LocalAlloyDbBuilder.Instance wanted : planned.getValue()) {
            LocalInstance instance = new LocalInstance(cluster, wanted.name(), backend, counts);
            parts.push(instance);
            instance.move(a -> wanted.addresses());
            cluster.add(instance);
          }
        }
        AdminRest rest = new AdminRest(api, adminTroubles, counts);
        admin = open(new HttpEndpoint("admin", null, rest));
        Set<String> here = Set.of("127.0.0.1", "localhost");
        adminTls =
            open(
                new HttpEndpoint(
                    "admin-tls", TlsIdentity.server(endpointAuthority, "admin", here), rest));
        adminGrpc =
            new GrpcEndpoint(
                endpointAuthority.issueServer("grpc", here),
                new AdminGrpc(api, adminTroubles, counts));
        parts.push(adminGrpc);
        TokenServer exchanging = new TokenServer(accounts, people, tokens, tokenTrouble, counts);
        tokenServer = open(new HttpEndpoint("token", null, exchanging));
        servers.put(TOKENS, exchanging);
        servers.put(SECURITY_TOKENS, new SecurityTokenService(pool, tokens, counts));
        for (String universe : List.of("googleapis.com", UNIVERSE)) {
          servers.put("iamcredentials." + universe, impersonation);
          servers.put("alloydb." + universe, rest);
        }
        googleApis =
            open(
                new HttpEndpoint(
                    "googleapis",
                    TlsIdentity.server(endpointAuthority, "googleapis", servers.keySet()),
                    new GoogleApis(servers)));
        metadata = new MetadataServer(this::account, project(), tokens, metadataTrouble, counts);
        metadataServer = open(new HttpEndpoint("metadata", null, metadata));
        for (Map.Entry<String, IamRole[]> planned : plan.accounts().entrySet()) {
          add(new ServiceAccount(planned.getKey()), planned.getValue());
        }
        for (String email : plan.people()) {
          people.put(email, new Person(email));
          permissions.grant(email, IamRole.values());
        }
      } catch (IOException | RuntimeException e) {
        close();
        throw e;
      }
    }
  }

  /** Returns a builder. */
  public static LocalAlloyDbBuilder builder() {
    return new LocalAlloyDbBuilder();
  }

  private HttpEndpoint open(HttpEndpoint endpoint) {
    parts.push(endpoint);
    return endpoint;
  }

  private void add(ServiceAccount account, IamRole... roles) throws IOException {
    accounts.put(account.email(), account);
    permissions.grant(account.email(), roles);
    Path file = directory.resolve("credentials-" + accounts.size() + ".json");
    Files.writeString(file, account.keyJson(project(), tokenServer.url() + "/token"));
    credentials.put(account.email(), file);
  }

  private String project() {
    return cluster().resource().project();
  }

  /** Returns the first cluster. */
  public LocalCluster cluster() {
    return clusters.values().iterator().next();
  }

  /** Returns the cluster with this name, {@code projects/P/locations/L/clusters/C}. */
  public LocalCluster cluster(String name) {
    return known(clusters.get(name), name, clusters.keySet());
  }

  /**
   * Returns the instance with this full name, or with this last part of its name if that is unique.
   */
  public LocalInstance instance(String name) {
    List<LocalInstance> found =
        instances().stream()
            .filter(i -> i.name().equals(name) || i.shortName().equals(name))
            .toList();
    return known(
        found.size() == 1 ? found.get(0) : null,
        name,
        instances().stream().map(LocalInstance::name).toList());
  }

  /** Returns all instances. */
  public List<LocalInstance> instances() {
    return clusters.values().stream().flatMap(c -> c.instances().values().stream()).toList();
  }

  private static <T> T known(@Nullable T found, String name, Iterable<String> names) {
    if (found == null) {
      throw new IllegalArgumentException("\"" + name + "\" does not match exactly one of " + names);
    }
    return found;
  }

  /** Returns the first service account. */
  public ServiceAccount account() {
    return accounts.values().iterator().next();
  }

  /** Returns the key file of the first service account. */
  public Path credentialsFile() {
    return credentialsFile(account().email());
  }

  /** Returns the key file of a service account. */
  public Path credentialsFile(String email) {
    return known(credentials.get(email), email, credentials.keySet());
  }

  /** Returns the Admin API's URL for plain HTTP. */
  public String adminUrl() {
    return admin.url();
  }

  /** Returns the Admin API's URL for HTTPS. */
  public String adminTlsUrl() {
    return adminTls.url();
  }

  /** Returns the Admin API's gRPC endpoint with TLS, as {@code host:port}. */
  public String grpcEndpoint() {
    return adminGrpc.hostAndPort();
  }

  /** Returns the metadata server's {@code host:port}, for {@code GCE_METADATA_HOST}. */
  public String metadataHost() {
    return metadataServer.hostAndPort();
  }

  /** Sets whether the metadata server pads its tokens with dots, as it does on some machines. */
  public void padMetadataTokens(boolean padding) {
    metadata.pad(padding);
  }

  /** Returns the token server's URL, which is also in the key files. */
  public String tokenUrl() {
    return tokenServer.url() + "/token";
  }

  /**
   * Maps the {@code host:port} of each Google server that clients know by name to the {@code
   * host:port} that serves it here. The certificate is valid for the Google names: a client reaches
   * this server through a proxy that redirects by this map. The servers are Google's token server,
   * the Security Token Service and, also in {@link #UNIVERSE}, the IAM Service Account Credentials
   * API and the Admin API.
   */
  public Map<String, String> googleApis() {
    Map<String, String> addresses = new LinkedHashMap<>();
    for (String name : servers.keySet()) {
      addresses.put(name + ":443", googleApis.hostAndPort());
    }
    return addresses;
  }

  /**
   * Returns the credentials that {@code gcloud auth application-default login} writes for a user.
   */
  public String personCredentials(String email) {
    return known(people.get(email), email, people.keySet()).credentials().toString();
  }

  /**
   * Returns the credentials that {@code gcloud iam workload-identity-pools create-cred-config}
   * writes, and writes the file that they refer to, which contains the subject's token.
   *
   * @param impersonated the service account to impersonate, or null
   */
  public String externalCredentials(String subject, @Nullable String impersonated)
      throws IOException {
    Path token = Files.createTempFile(directory, "subject-", ".jwt");
    Files.writeString(token, pool.token(subject));
    JsonObject source = new JsonObject();
    source.addProperty("file", token.toString());
    JsonObject json = new JsonObject();
    json.addProperty("type", "external_account");
    json.addProperty("audience", WorkloadPool.AUDIENCE);
    json.addProperty("subject_token_type", "urn:ietf:params:oauth:token-type:jwt");
    json.addProperty("token_url", "https://" + SECURITY_TOKENS + "/v1/token");
    json.add("credential_source", source);
    json.addProperty("universe_domain", "googleapis.com");
    if (impersonated != null) {
      json.addProperty("service_account_impersonation_url", impersonationUrl(impersonated));
    }
    return json.toString();
  }

  /** Returns IAM's name for a subject of {@link #externalCredentials}. */
  public String externalPrincipal(String subject) {
    return WorkloadPool.principal(subject);
  }

  /**
   * Returns the credentials that {@code gcloud auth application-default login
   * --impersonate-service-account} writes.
   *
   * @param source the service account whose key is used
   * @param delegates the delegates, nearest to the source first
   */
  public String impersonatingCredentials(String source, String target, String... delegates)
      throws IOException {
    JsonObject json = new JsonObject();
    JsonArray chain = new JsonArray();
    List.of(delegates).forEach(chain::add);
    json.add("delegates", chain);
    json.addProperty("service_account_impersonation_url", impersonationUrl(target));
    json.add(
        "source_credentials", JsonParser.parseString(Files.readString(credentialsFile(source))));
    json.addProperty("type", "impersonated_service_account");
    return json.toString();
  }

  private static String impersonationUrl(String account) {
    return "https://"
        + IAM_CREDENTIALS
        + "/v1/projects/-/serviceAccounts/"
        + account
        + ":generateAccessToken";
  }

  /** Permits a principal to impersonate a service account. */
  public void permitImpersonation(String who, String asWhom) {
    impersonation.permit(who, asWhom);
  }

  /** Returns the PEM certificate to trust for {@link #adminTlsUrl} and {@link #grpcEndpoint}. */
  public String endpointCaCertificate() {
    return Pem.of(endpointAuthority.root());
  }

  /**
   * Returns a JKS file for {@code javax.net.ssl.trustStore} that contains only this certificate.
   */
  public Path endpointTrustStore() throws IOException {
    Path file = directory.resolve("endpoint-ca.jks");
    // JKS is the only key store type that every JDK reads without a password
    try (OutputStream out = Files.newOutputStream(file)) {
      KeyStore anchors = KeyStore.getInstance("JKS");
      anchors.load(null, null);
      anchors.setCertificateEntry("endpoint-ca", endpointAuthority.root());
      anchors.store(out, "changeit".toCharArray());
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot write " + file, e);
    }
    return file;
  }

  /**
   * Returns a file for {@code jdk.net.hosts.file} with the current DNS names of all instances. A
   * JVM with that property uses no other name service.
   */
  public Path hostsFile() throws IOException {
    StringBuilder lines = new StringBuilder("127.0.0.1 localhost\n");
    for (LocalInstance instance : instances()) {
      Addresses addresses = instance.addresses();
      if (addresses.pscDnsName() != null) {
        lines
            .append(addresses.pscIp())
            .append(' ')
            .append(addresses.pscDnsName().replaceAll("\\.$", ""))
            .append('\n');
      }
    }
    return Files.writeString(directory.resolve("hosts"), lines);
  }

  /**
   * Returns the JDBC URL of PostgreSQL itself, which bypasses the proxy, without user and password.
   */
  public String postgresUrl() {
    return postgres.url();
  }

  /**
   * Enables TLS in PostgreSQL itself, which bypasses the proxy, as {@code localhost} and with a
   * certificate that {@link #endpointCaCertificate} verifies.
   */
  public void postgresTls() throws IOException, SQLException {
    postgres.useTls(endpointAuthority.issueServer("localhost", List.of("localhost", "127.0.0.1")));
  }

  /** Opens a connection to PostgreSQL as its superuser, bypassing the proxy. */
  public Connection superuser() throws SQLException {
    return postgres.superuser();
  }

  /**
   * Returns the environment for an application with the agent and the first service account's key.
   */
  public Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("ALLOYDB_AGENT_API_ENDPOINT", adminUrl());
    environment.put("GOOGLE_APPLICATION_CREDENTIALS", credentialsFile().toString());
    return environment;
  }

  /**
   * Returns the environment for the same application on a virtual machine with the first service
   * account.
   */
  public Map<String, String> metadataEnvironment() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("ALLOYDB_AGENT_API_ENDPOINT", adminUrl());
    environment.put("GCE_METADATA_HOST", metadataHost());
    return environment;
  }

  /** Returns the access tokens. */
  public Tokens tokens() {
    return tokens;
  }

  /** Returns the IAM permissions. */
  public Permissions permissions() {
    return permissions;
  }

  /**
   * Sets the locations, such as {@code us-central1}, that lists of instances report as unreachable.
   */
  public void unreachable(Set<String> locations) {
    api.unreachable(locations);
  }

  /**
   * Writes a file for {@code static-connection-info}: a key and, for each instance, the Admin API's
   * current responses.
   */
  public Path staticConnectionInfo() throws IOException {
    return Files.writeString(
        directory.resolve("static.json"), StaticInfo.json(instances()).toString());
  }

  /** Returns the faults of the Admin API. */
  public AdminTroubles adminTroubles() {
    return adminTroubles;
  }

  /** Returns the faults of the token server. */
  public Trouble<HttpFault> tokenTrouble() {
    return tokenTrouble;
  }

  /** Returns the faults of the metadata server's token requests. */
  public Trouble<HttpFault> metadataTrouble() {
    return metadataTrouble;
  }

  /** Returns how often an event occurred, at all instances and servers. */
  public long count(Served served) {
    return counts.of(served);
  }

  /** Returns the calls of the Admin API, oldest first. */
  public List<ApiCall> apiCalls() {
    return api.calls();
  }

  /**
   * Returns the principal to whom a client certificate was issued, or null.
   *
   * @param serialNumber the hexadecimal serial number, as in {@link Exchange#clientCertificate}
   */
  public @Nullable String certificateOwner(String serialNumber) {
    return api.owner(serialNumber);
  }

  /** Returns the user agent of the last caller of the Admin API; empty before the first call. */
  public String lastApiUserAgent() {
    AdminApi.Caller caller = api.lastCaller();
    return caller == null ? "" : caller.userAgent();
  }

  /** Returns the {@code x-goog-user-project} of the last call; empty if it was not sent. */
  public String lastApiQuotaProject() {
    AdminApi.Caller caller = api.lastCaller();
    return caller == null ? "" : caller.quotaProject();
  }

  /** Stops all servers, resets all connections and deletes all files. */
  @Override
  public void close() {
    closeNow();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // the JVM is already shutting down
    }
  }

  private synchronized void closeNow() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    IllegalStateException failures = new IllegalStateException("cannot stop the AlloyDB simulator");
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception e) {
        failures.addSuppressed(e);
      }
    }
    if (failures.getSuppressed().length > 0) {
      throw failures;
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.deleteIfExists(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
