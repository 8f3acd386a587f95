package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import io.github.alloydbagent.local.LocalInstance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Edits the settings file while the application runs, or takes all connection info from a file. */
@AlloyDbTest
class RemapIT {
  private static LocalAlloyDb alloyDb;
  private static LocalInstance blue;
  private static LocalInstance green;

  @TempDir private Path directory;
  private Path file;
  private Path go;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return LocalAlloyDb.builder().instance("blue").instance("green").user("app", "secret");
  }

  @BeforeEach
  void writeFile() throws IOException {
    file = directory.resolve("agent.properties");
    go = directory.resolve("go");
    map(blue);
  }

  private void map(LocalInstance instance) throws IOException {
    Files.writeString(file, "instances=orders-db=" + instance.name() + "\n");
  }

  private Jvm lasting() {
    return Jvm.chosen()
        .agent("config-file=" + file)
        .environment(alloyDb.environment())
        .classPath(Built.apps(), Built.newestDriver())
        .main(
            "apps.Lasting",
            "jdbc:postgresql://orders-db/postgres?connectTimeout=40",
            "app",
            "secret",
            go.toString());
  }

  @Test
  void newConnectionsFollowTheFileAndOpenOnesRemain() throws Exception {
    int before = green.exchanges().size();
    try (RunningJvm jvm = lasting().start()) {
      jvm.awaitOut("first: app");
      map(green);
      jvm.awaitErr("config-file " + file + " has changed; now 1 host is mapped: orders-db");
      Files.createFile(go);
      JvmResult result = jvm.await().checkSucceeded();
      assertThat(result.out()).contains("first, again: app", "second: app");
      assertThat(result.err())
          .contains(
              "host orders-db was remapped from "
                  + blue.name()
                  + " to "
                  + green.name()
                  + "; open connections are kept");
    }
    assertThat(green.exchanges()).hasSize(before + 1);
  }

  @Test
  void onRemapCloseClosesOpenConnections() throws Exception {
    int before = blue.openConnections();
    try (RunningJvm jvm = lasting().environment("ALLOYDB_AGENT_ON_REMAP", "CLOSE").start()) {
      jvm.awaitOut("first: app");
      assertThat(blue.openConnections()).isEqualTo(before + 1);
      map(green);
      jvm.awaitErr(" to " + green.name() + "; closed 1 open connection");
      Files.createFile(go);
      JvmResult result = jvm.await().checkFailed();
      assertThat(result.err())
          .contains("org.postgresql.util.PSQLException: This connection has been closed.");
    }
  }

  @Test
  void anInvalidEditKeepsTheLastValidMapping() throws Exception {
    int before = blue.exchanges().size();
    try (RunningJvm jvm = lasting().start()) {
      jvm.awaitOut("first: app");
      Files.writeString(file, "instances=orders-db=projects/p\nip-tpye=PSC\n");
      jvm.awaitErr("the mapping remains unchanged: 2 errors in the AlloyDB Agent's settings:");
      Files.writeString(file, "");
      jvm.awaitErr(
          "the mapping remains unchanged: it no longer maps any host (setting instances).");
      Files.delete(file);
      jvm.awaitErr("the mapping remains unchanged: 1 error in the AlloyDB Agent's settings:");
      Files.createFile(go);
      assertThat(jvm.await().checkSucceeded().out()).contains("second: app");
    }
    assertThat(blue.exchanges()).hasSize(before + 2);
  }

  @Test
  void aHostThatAnEditDropsIsRefused() throws Exception {
    int before = blue.exchanges().size();
    try (RunningJvm jvm = lasting().start()) {
      jvm.awaitOut("first: app");
      Files.writeString(file, "instances=orders-db:5433=" + blue.name() + "\n");
      jvm.awaitErr("config-file " + file + " no longer maps these hosts: orders-db.");
      Files.createFile(go);
      assertThat(jvm.await().checkFailed().err())
          .contains("no connection to host orders-db:5432: config-file " + file + " mapped it");
    }
    assertThat(blue.exchanges()).hasSize(before + 1);
  }

  /** A container orchestrator updates a volume by changing a symbolic link, not a file. */
  @Test
  void aChangedSymbolicLinkIsDetected() throws Exception {
    Path first = Files.move(file, directory.resolve("first.properties"));
    Files.createSymbolicLink(file, first);
    Path second =
        Files.writeString(
            directory.resolve("second.properties"), "instances=orders-db=" + green.name());
    try (RunningJvm jvm = lasting().start()) {
      jvm.awaitOut("first: app");
      Path link = Files.createSymbolicLink(directory.resolve("link"), second);
      Files.move(link, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      jvm.awaitErr("host orders-db was remapped from " + blue.name() + " to " + green.name());
      Files.createFile(go);
      jvm.await().checkSucceeded();
    }
  }

  @Test
  void aFileReplacesTheAdminApi() throws Exception {
    Files.createFile(go);
    JvmResult result =
        lasting()
            .environment("ALLOYDB_AGENT_API_ENDPOINT", "http://127.0.0.1:1")
            .environment(
                "ALLOYDB_AGENT_STATIC_CONNECTION_INFO", alloyDb.staticConnectionInfo().toString())
            .run()
            .checkSucceeded();
    assertThat(result.out()).contains("second: app");
  }
}
