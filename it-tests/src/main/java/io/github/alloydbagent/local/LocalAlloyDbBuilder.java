package io.github.alloydbagent.local;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Configures and starts the AlloyDB simulator. The defaults are the cluster {@value #CLUSTER}, an
 * instance {@code primary} with a private address, and the service account {@value #ACCOUNT} with
 * every role that a connection needs.
 */
public final class LocalAlloyDbBuilder {
  /** The default cluster. */
  public static final String CLUSTER =
      "projects/local-project/locations/us-central1/clusters/orders";

  /** The default service account. */
  public static final String ACCOUNT = "app@local-project.iam.gserviceaccount.com";

  private final Map<String, List<Instance>> clusters = new LinkedHashMap<>();
  private final Map<String, IamRole[]> accounts = new LinkedHashMap<>();
  private final List<String> people = new ArrayList<>();
  private final List<PostgresServer.Role> roles = new ArrayList<>();
  private final Map<String, String> postgresSettings = new LinkedHashMap<>();
  private String cluster = CLUSTER;

  record Instance(String name, Addresses addresses) {}

  LocalAlloyDbBuilder() {}

  /** Sets the cluster, {@code projects/P/locations/L/clusters/C}, of the instances that follow. */
  public LocalAlloyDbBuilder cluster(String name) {
    cluster = ResourceName.ofCluster(name).toString();
    clusters.computeIfAbsent(cluster, c -> new ArrayList<>());
    return this;
  }

  /** Adds an instance with an unused private address. */
  public LocalAlloyDbBuilder instance(String name) {
    return instance(name, addresses -> addresses);
  }

  /**
   * Adds an instance whose initial private address {@code change} may keep, extend or replace, for
   * example with {@code a -> a.withPublicIp(Addresses.free())}.
   */
  public LocalAlloyDbBuilder instance(String name, UnaryOperator<Addresses> change) {
    Addresses addresses = change.apply(Addresses.NONE.withPrivateIp(Addresses.free()));
    clusters.computeIfAbsent(cluster, c -> new ArrayList<>()).add(new Instance(name, addresses));
    return this;
  }

  /** Adds a service account with every role, and its database role. */
  public LocalAlloyDbBuilder serviceAccount(String email) {
    return serviceAccount(email, IamRole.values());
  }

  /** Adds a service account with these IAM roles, and its database role. */
  public LocalAlloyDbBuilder serviceAccount(String email, IamRole... granted) {
    accounts.put(email, granted);
    roles.add(PostgresServer.Role.withoutPassword(ServiceAccount.databaseUser(email)));
    return this;
  }

  /** Adds a database user whose password is stored for SCRAM. */
  public LocalAlloyDbBuilder user(String name, String password) {
    roles.add(new PostgresServer.Role(name, password, PostgresServer.PasswordKind.SCRAM));
    return this;
  }

  /** Adds a database user whose password is stored for MD5. */
  public LocalAlloyDbBuilder md5User(String name, String password) {
    roles.add(new PostgresServer.Role(name, password, PostgresServer.PasswordKind.MD5));
    return this;
  }

  /** Adds a user with a Google account and every IAM role, and the user's database role. */
  public LocalAlloyDbBuilder person(String email) {
    people.add(email);
    return iamUser(email);
  }

  /** Adds a database role for IAM login with tokens from {@link Tokens#issue}. */
  public LocalAlloyDbBuilder iamUser(String email) {
    roles.add(PostgresServer.Role.withoutPassword(ServiceAccount.databaseUser(email)));
    return this;
  }

  /** Sets a PostgreSQL setting, such as {@code wal_level}. */
  public LocalAlloyDbBuilder postgres(String setting, String value) {
    postgresSettings.put(setting, value);
    return this;
  }

  /**
   * Starts the simulator.
   *
   * @throws IOException if an address is in use or PostgreSQL does not start; everything started so
   *     far is stopped
   */
  public LocalAlloyDb start() throws IOException {
    if (clusters.values().stream().allMatch(List::isEmpty)) {
      instance("primary");
    }
    if (accounts.isEmpty()) {
      serviceAccount(ACCOUNT);
    }
    return new LocalAlloyDb(this);
  }

  Map<String, List<Instance>> clusters() {
    return clusters;
  }

  Map<String, IamRole[]> accounts() {
    return accounts;
  }

  List<String> people() {
    return people;
  }

  Map<String, String> postgresSettings() {
    return postgresSettings;
  }

  List<PostgresServer.Role> roles() {
    return roles;
  }
}
