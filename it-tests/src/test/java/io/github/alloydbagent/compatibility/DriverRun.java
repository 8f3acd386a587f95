package io.github.alloydbagent.compatibility;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the checks of {@code apps.DriverChecks} for all drivers, in one JVM with the agent and in
 * one without it.
 */
final class DriverRun implements AutoCloseable {

  /** A mapped host that no name service can resolve. */
  static final String MAPPED = "alias.invalid";

  private final LocalAlloyDb alloyDb;
  private final Path authority;
  private final int copiedMegabytes;

  /**
   * Starts the servers.
   *
   * @param directory for a file
   * @param copiedMegabytes how much each driver copies in each direction
   */
  DriverRun(Path directory, int copiedMegabytes) throws IOException, SQLException {
    this.copiedMegabytes = copiedMegabytes;
    alloyDb =
        LocalAlloyDb.builder()
            .instance("primary")
            .instance("reads")
            .md5User("app", "secret")
            .postgres("wal_level", "logical")
            .postgres("max_prepared_transactions", "50")
            .postgres("max_replication_slots", "50")
            .postgres("max_wal_senders", "50")
            .start();
    authority =
        Files.writeString(directory.resolve("authority.pem"), alloyDb.endpointCaCertificate());
    alloyDb.postgresTls();
    try (Connection connection = alloyDb.superuser();
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER ROLE app REPLICATION");
      statement.execute("CREATE TABLE checks (t text)");
      statement.execute("GRANT INSERT ON checks TO app");
      statement.execute("CREATE PUBLICATION checks FOR TABLE checks");
    }
  }

  LocalAlloyDb alloyDb() {
    return alloyDb;
  }

  /** Returns the outcomes of each driver's checks, with and without the agent. */
  Compared compare(List<CheckedDriver> drivers, Duration deadline) throws IOException {
    String url = alloyDb.postgresUrl();
    String port = url.substring(url.lastIndexOf(':'), url.lastIndexOf('/'));
    return run(
        drivers,
        agent(jvm(drivers, MAPPED, "reads.invalid", "iam.invalid", "-")).deadline(deadline),
        jvm(drivers, "localhost" + port, "127.0.0.1" + port, "-", "-").deadline(deadline));
  }

  /** Returns the outcomes of connections to the same host with and without the agent. */
  Compared compareAt(String host, List<CheckedDriver> drivers) throws IOException {
    return run(
        drivers,
        agent(jvm(drivers, host, host, "-", "query"))
            .environment("ALLOYDB_AGENT_LOG_LEVEL", "debug"),
        jvm(drivers, host, host, "-", "query"));
  }

  private static Compared run(List<CheckedDriver> drivers, Jvm withAgent, Jvm without) {
    try (RunningJvm with = withAgent.start();
        RunningJvm plain = without.start()) {
      JvmResult untouched = plain.await().checkSucceeded();
      JvmResult tunnelled = with.await().checkSucceeded();
      return new Compared(drivers, outcomes(tunnelled), outcomes(untouched), tunnelled.err());
    }
  }

  private Jvm agent(Jvm jvm) {
    String primary = alloyDb.instance("primary").name();
    return jvm.agent()
        .environment(alloyDb.environment())
        .environment("ALLOYDB_AGENT_DRIVER_PACKAGES", "com.acme.database")
        .environment(
            "ALLOYDB_INSTANCES",
            MAPPED
                + "="
                + primary
                + ",reads.invalid="
                + alloyDb.instance("reads").name()
                + ",iam.invalid="
                + primary
                + "?enable-iam-auth=true&iam-user=auto");
  }

  private Jvm jvm(
      List<CheckedDriver> drivers, String host, String otherHost, String iamHost, String checks)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of(host, otherHost, iamHost, authority.toString(), checks));
    drivers.forEach(driver -> arguments.add(driver.argument()));
    return Jvm.of(Jdk.chosen())
        .property("copy.megabytes", String.valueOf(copiedMegabytes))
        .property("javax.net.ssl.trustStore", alloyDb.endpointTrustStore().toString())
        .classPath(Built.apps())
        .main("apps.DriverChecks", arguments.toArray(String[]::new));
  }

  private static Map<String, Map<String, Outcome>> outcomes(JvmResult result) {
    Map<String, Map<String, Outcome>> outcomes = new LinkedHashMap<>();
    for (String line : result.outLines()) {
      String[] parts = line.split("\t", -1);
      if (parts.length == 4) { // the oldest drivers print stack traces themselves
        outcomes
            .computeIfAbsent(parts[0], name -> new LinkedHashMap<>())
            .put(parts[1], new Outcome(parts[2], parts[3]));
      }
    }
    return outcomes;
  }

  @Override
  public void close() {
    alloyDb.close();
  }

  /**
   * All outcomes, by driver and check.
   *
   * @param log the standard error of the JVM with the agent
   */
  record Compared(
      List<CheckedDriver> drivers,
      Map<String, Map<String, Outcome>> with,
      Map<String, Map<String, Outcome>> without,
      String log) {

    /** Returns the {@link #differences} that are not known. */
    List<String> unexpected() {
      return differences().stream()
          .filter(each -> CompatibilityTable.KNOWN.keySet().stream().noneMatch(each::startsWith))
          .toList();
    }

    /** Returns the checks that behave differently with the agent, or that did not run. */
    List<String> differences() {
      List<String> differences = new ArrayList<>();
      for (CheckedDriver driver : drivers) {
        Map<String, Outcome> plain = without.getOrDefault(driver.name(), Map.of());
        Map<String, Outcome> tunnelled = with.getOrDefault(driver.name(), Map.of());
        if (plain.isEmpty() || !plain.keySet().equals(tunnelled.keySet())) {
          differences.add(driver.name() + ": " + plain.keySet() + " -> " + tunnelled.keySet());
        }
        plain.forEach(
            (check, outcome) -> {
              Outcome other = tunnelled.get(check);
              // a check that fails without the agent may succeed with it; IAM login needs the agent
              boolean asGood = outcome.ok() ? outcome.equals(other) : !check.startsWith("iam");
              if (!asGood && (other == null || !other.ok() || outcome.ok())) {
                differences.add(driver.name() + ", " + check + ": " + outcome + " -> " + other);
              }
            });
      }
      return differences;
    }
  }
}
