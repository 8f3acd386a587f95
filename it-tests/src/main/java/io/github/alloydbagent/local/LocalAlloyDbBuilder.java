package io.github.alloydbagent.local;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Describes a local AlloyDB. What is left out is there all the same: the cluster {@value #CLUSTER},
 * an instance {@code primary} with a private address, and the service account {@value #ACCOUNT}
 * with every role that connecting takes.
 */
public final class LocalAlloyDbBuilder {
  /** The cluster, if none is named. */
  public static final String CLUSTER =
      "projects/local-project/locations/us-central1/clusters/orders";

  /** The service account, if none is named. */
  public static final String ACCOUNT = "app@local-project.iam.gserviceaccount.com";

  private final Map<String, List<Instance>> clusters = new LinkedHashMap<>();
  private final Map<String, IamRole[]> accounts = new LinkedHashMap<>();
  private final List<String> people = new ArrayList<>();
  private final List<PostgresServer.Role> roles = new ArrayList<>();
  private final Map<String, String> postgresSettings = new LinkedHashMap<>();
  private String cluster = CLUSTER;

  record Instance(String name, Addresses addresses) {}

  LocalAlloyDbBuilder() {}

  /** The cluster, {@code projects/P/locations/L/clusters/C}, of the instances named after it. */
  public LocalAlloyDbBuilder cluster(String name) {
    cluster = ResourceName.ofCluster(name).toString();
    clusters.computeIfAbsent(cluster, c -> new ArrayList<>());
    return this;
  }

  /** An instance with a private address that nobody else has. */
  public LocalAlloyDbBuilder instance(String name) {
    return instance(name, addresses -> addresses);
  }

  /**
   * An instance with other addresses, for example {@code a -> a.withPublicIp(Addresses.free())},
   * beside or in place of the private one that it has at first.
   */
  public LocalAlloyDbBuilder instance(String name, UnaryOperator<Addresses> change) {
    Addresses addresses = change.apply(Addresses.NONE.withPrivateIp(Addresses.free()));
    clusters.computeIfAbsent(cluster, c -> new ArrayList<>()).add(new Instance(name, addresses));
    return this;
  }

  /** A service account with every role, and its role in the database. */
  public LocalAlloyDbBuilder serviceAccount(String email) {
    return serviceAccount(email, IamRole.values());
  }

  /** A service account with these IAM roles, and its role in the database. */
  public LocalAlloyDbBuilder serviceAccount(String email, IamRole... granted) {
    accounts.put(email, granted);
    roles.add(PostgresServer.Role.withoutPassword(ServiceAccount.databaseUser(email)));
    return this;
  }

  /** A database user whose password is stored for SCRAM. */
  public LocalAlloyDbBuilder user(String name, String password) {
    roles.add(new PostgresServer.Role(name, password, PostgresServer.PasswordKind.SCRAM));
    return this;
  }

  /** A database user whose password is stored for MD5. */
  public LocalAlloyDbBuilder md5User(String name, String password) {
    roles.add(new PostgresServer.Role(name, password, PostgresServer.PasswordKind.MD5));
    return this;
  }

  /** Somebody with a Google account and every IAM role, and the role in the database. */
  public LocalAlloyDbBuilder person(String email) {
    people.add(email);
    return iamUser(email);
  }

  /** A database role for somebody's IAM login, whose tokens come from {@link Tokens#issue}. */
  public LocalAlloyDbBuilder iamUser(String email) {
    roles.add(PostgresServer.Role.withoutPassword(ServiceAccount.databaseUser(email)));
    return this;
  }

  /** A setting of PostgreSQL's own, such as {@code wal_level}. */
  public LocalAlloyDbBuilder postgres(String setting, String value) {
    postgresSettings.put(setting, value);
    return this;
  }

  /**
   * Starts it.
   *
   * @throws IOException if an address is taken or PostgreSQL does not start; nothing is left then
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
