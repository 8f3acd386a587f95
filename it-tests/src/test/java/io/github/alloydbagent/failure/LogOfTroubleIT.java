package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.ExchangeFault;
import io.github.alloydbagent.local.IamRole;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import io.github.alloydbagent.local.LocalInstance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what the agent logs at the default level when there is a problem. */
@AlloyDbTest
class LogOfTroubleIT {
  private static final String STRANGER = "stranger@local-project.iam.gserviceaccount.com";
  private static final int FAILURES = 20;

  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;

  @TempDir private Path directory;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return Servers.alloyDb()
        .instance("primary")
        .serviceAccount("app@local-project.iam.gserviceaccount.com")
        .serviceAccount(STRANGER, new IamRole[0]);
  }

  /** Fails to connect 20 times, ends the fault, and connects twice more. */
  private JvmResult failThenRecover(String format) throws Exception {
    Path faultEnded = directory.resolve("fault-ended-" + format);
    Path next = Files.createFile(directory.resolve("next-" + format));
    ManyHosts hosts = new ManyHosts(alloyDb).map("orders-db", primary.name());
    for (int i = 0; i < FAILURES; i++) {
      hosts.connect("bad" + i, "orders-db", "&connectTimeout=20");
    }
    hosts.await(faultEnded).connect("good", "orders-db", "").await(next);
    hosts.connect("again", "orders-db", "");
    primary.exchangeTrouble().set(ExchangeFault.error("not today"));
    try (RunningJvm jvm =
        hosts.jvm(Jdk.chosen()).environment("ALLOYDB_AGENT_LOG_FORMAT", format).start()) {
      for (int i = 0; i < FAILURES; i++) {
        jvm.awaitOut("bad" + i + ": failed: ");
      }
      primary.exchangeTrouble().clear();
      Files.createFile(faultEnded);
      return jvm.await().checkSucceeded();
    }
  }

  @Test
  void logsOneLineForManyFailuresAndOneForTheRecovery() throws Exception {
    List<String> lines = failThenRecover("text").errLines();

    assertThat(lines).as(String.join("\n", lines)).hasSize(3);
    assertThat(lines.get(0))
        .contains(" INFO alloydb-agent: version ")
        .contains(", 1 host is mapped: orders-db; set: instances (environment variable")
        .contains(
            " ALLOYDB_INSTANCES), api-endpoint=" + alloyDb.adminUrl() + " (environment variable");
    assertThat(lines.get(1))
        .contains(
            " WARN alloydb-agent: AAJ-601: no connection to host orders-db:5432, which is mapped to ")
        .contains(primary.name() + ": metadata exchange to PRIVATE ")
        .contains("not today");
    assertThat(lines.get(2))
        .contains(" INFO alloydb-agent: host orders-db:5432 is connected to " + primary.name())
        .containsPattern(", after 20 failures in \\d+ s, certificate valid until \\S+Z$");
  }

  @Test
  void jsonLinesHaveHostAndInstance() throws Exception {
    List<JsonObject> lines =
        failThenRecover("json").errLines().stream()
            .map(line -> JsonParser.parseString(line).getAsJsonObject())
            .toList();

    assertThat(lines)
        .extracting(line -> line.get("level").getAsString())
        .containsExactly("INFO", "WARN", "INFO");
    for (JsonObject line : lines.subList(1, 3)) {
      assertThat(line.get("host").getAsString()).isEqualTo("orders-db:5432");
      assertThat(line.get("instance").getAsString()).isEqualTo(primary.name());
    }
    assertThat(lines.get(1).get("code").getAsString()).isEqualTo("AAJ-601");
    assertThat(lines.get(2).get("message").getAsString()).contains(", after 20 failures in ");
  }

  /** The Admin API refuses calls: the reason is logged once, not for each connection. */
  @Test
  void logsARefusalOnceBeforeTheFirstConnection() {
    ManyHosts hosts =
        new ManyHosts(alloyDb)
            .map("orders-db", primary.name() + "?credentials-file=" + key(STRANGER));
    for (int i = 0; i < 5; i++) {
      hosts.connect("bad" + i, "orders-db", "&connectTimeout=5");
    }
    List<String> lines = hosts.run().jvm().errLines();

    assertThat(lines).as(String.join("\n", lines)).hasSize(2);
    assertThat(lines.get(1))
        .contains(" WARN alloydb-agent: AAJ-302: " + primary.name() + ": no connection info: ")
        .contains("roles/alloydb.client")
        .endsWith(" Connections to orders-db fail until a refresh succeeds.");
  }

  @Test
  void warnsOfFilesThatEveryUserMayReadOrChange() throws Exception {
    assumeTrue(
        directory.getFileSystem().supportedFileAttributeViews().contains("unix"),
        "files have no POSIX permissions on this machine");
    directory = directory.toRealPath();
    for (Path above = directory.getParent(); above != null; above = above.getParent()) {
      assumeTrue(
          PosixFilePermissions.toString(Files.getPosixFilePermissions(above)).endsWith("x")
              || PosixFilePermissions.toString(Files.getPosixFilePermissions(above)).endsWith("t"),
          "other users cannot reach temporary files on this machine");
    }
    permit(directory, "rwxr-xr-x");
    Path key =
        permit(
            Files.copy(
                key("app@local-project.iam.gserviceaccount.com"), directory.resolve("key.json")),
            "rw-r--r--");
    Path config =
        permit(
            Files.writeString(directory.resolve("agent.properties"), "ip-type=PRIVATE"),
            "rw-rw-rw-");
    String readable =
        "credentials-file "
            + key
            + " contains credentials and can be read or changed by every user of this machine"
            + " (rw-r--r--):"
            + " chmod o-rw "
            + key;
    String writable =
        "config-file "
            + config
            + " can be changed by every user of this machine (rw-rw-rw-): chmod o-w "
            + config;
    Path end = directory.resolve("end");
    JvmResult result;
    try (RunningJvm jvm =
        new ManyHosts(alloyDb)
            .map("orders-db", primary.name())
            .connect("orders-db", "")
            .await(end)
            .jvm(Jdk.chosen())
            .environment("ALLOYDB_AGENT_CONFIG_FILE", config.toString())
            .environment("ALLOYDB_AGENT_CREDENTIALS_FILE", key.toString())
            .start()) {
      jvm.awaitErr(writable);
      Files.createFile(end);
      result = jvm.await().checkSucceeded();
    }
    assertThat(result.out()).contains("orders-db: ok: app");
    assertThat(result.err())
        .containsOnlyOnce(" WARN alloydb-agent: AAJ-914: " + readable)
        .containsOnlyOnce(" WARN alloydb-agent: AAJ-914: " + writable);
    JvmResult shown =
        Jvm.chosen()
            .environment(alloyDb.environment())
            .environment("ALLOYDB_AGENT_CONFIG_FILE", config.toString())
            .environment("ALLOYDB_AGENT_CREDENTIALS_FILE", key.toString())
            .environment("ALLOYDB_INSTANCES", "orders-db=" + primary.name())
            .jar(Built.agentJar(), "config")
            .run()
            .checkSucceeded();
    assertThat(shown.err()).contains(readable, writable);
  }

  private static Path key(String account) {
    return alloyDb.credentialsFile(account);
  }

  private static Path permit(Path path, String permissions) throws Exception {
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }
}
