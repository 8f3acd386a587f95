package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.VirtualMachine;
import io.github.alloydbagent.it.AgentOn;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.HttpFault;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import io.github.alloydbagent.local.Served;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests the ways to add the agent to a JVM, and the JVM's exit. */
@Tag("compatibility")
@AlloyDbTest(md5 = true)
class EntranceIT {

  @SuppressWarnings("unused")
  private static final List<Integer> JDKS = Jdk.VERSIONS;

  @SuppressWarnings("unused")
  private static final List<Integer> SAMPLE = JvmRow.ALL;

  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;

  @TempDir private Path directory;

  @Test
  void startsThroughJavaToolOptions() {
    JvmResult result =
        Jvm.chosen()
            .environment("JAVA_TOOL_OPTIONS", "-javaagent:" + Built.agentJar())
            .environment("ALLOYDB_INSTANCES", AgentOn.map("orders-db", primary))
            .classPath(Built.apps())
            .main("apps.Child", "property", "alloydb")
            .run()
            .checkSucceeded();

    assertThat(result.errLines()).hasSize(2);
    assertThat(result.errLines().get(0)).startsWith("Picked up JAVA_TOOL_OPTIONS: ");
    assertThat(result.errLines().get(1)).matches(AgentOn.startLine("1 host is mapped: orders-db"));
  }

  @ParameterizedTest
  @FieldSource("JDKS")
  void doesNotStartInTheJdksTools(int version) throws Exception {
    Jdk jdk = Jdk.require(version);
    List<String[]> commands =
        List.of(
            new String[] {"javac", "-version"},
            new String[] {"javap", "-version"},
            new String[] {"jar", "tf", Built.newestDriver().toString()},
            new String[] {"jps", "-help"},
            new String[] {"jcmd", "-h"},
            new String[] {"keytool", "-help"});
    for (String[] command : commands) {
      String tool = command[0] + " of " + jdk;
      command[0] = jdk.tool(command[0]).toString();
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("JAVA_TOOL_OPTIONS", "-javaagent:" + Built.agentJar());
      builder.environment().put("ALLOYDB_INSTANCES", "a mistake");
      Process process = builder.start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      assertThat(output).as(tool).startsWith("Picked up JAVA_TOOL_OPTIONS: ");
      List<String> own = output.lines().skip(1).toList();
      assertThat(own)
          .as(tool)
          .isNotEmpty()
          .noneMatch(line -> line.contains("alloydb-agent: ") || line.contains("a mistake"));
    }
    new JvmRow("`JAVA_TOOL_OPTIONS` with javac, javap, jar, jps, jcmd, keytool: no output")
        .worksOn(version);
  }

  /** The child inherits the variable from its parent; each of them has an agent. */
  @ParameterizedTest
  @FieldSource("SAMPLE")
  void aChildConnectsAsItsParentDoes(int version) {
    String options = "-javaagent:" + Built.agentJar();
    JvmResult result =
        Jvm.of(Jdk.require(version))
            .environment(alloyDb.environment())
            .environment("JAVA_TOOL_OPTIONS", options)
            .environment("ALLOYDB_INSTANCES", AgentOn.map("orders-db", primary))
            // the default needs a helper program, which does not run on every system on which the
            // JDK does
            .property("jdk.lang.Process.launchMechanism", "FORK")
            .classPath(Built.apps(), Built.newestDriver())
            .main("apps.Family", MappedDatabase.arguments(MappedDatabase.URL, "query"))
            .run()
            .checkSucceeded();

    assertThat(result.outLines()).hasSize(3);
    assertThat(result.outLines().get(0)).startsWith("query: ok: ");
    assertThat(result.outLines().get(1)).isEqualTo("child: 0");
    assertThat(result.outLines().get(2)).startsWith("query: ok: ");
    assertThat(result.errLines())
        .as(result.toString())
        .hasSize(6)
        .filteredOn(line -> line.equals("Picked up JAVA_TOOL_OPTIONS: " + options))
        .hasSize(2);
    new JvmRow("`JAVA_TOOL_OPTIONS` with a child JVM").worksOn(version);
  }

  @ParameterizedTest
  @FieldSource("SAMPLE")
  void addedTwiceItLogsOneLine(int version) {
    JvmResult result =
        AgentOn.jvm(
                Jvm.of(Jdk.require(version))
                    .classPath(Built.apps())
                    .main("apps.Child", "property", "alloydb"),
                alloyDb,
                AgentOn.map("orders-db", primary))
            .agent()
            .run()
            .checkSucceeded();

    assertThat(result.errLines()).hasSize(2);
    assertThat(result.errLines().get(0)).matches(AgentOn.startLine("1 host is mapped: orders-db"));
    assertThat(result.errLines().get(1))
        .isEqualTo(
            "alloydb-agent: AAJ-909: already on this JVM: specified twice, or attached again. The"
                + " first one remains active.");
    new JvmRow("specified twice on the command line").worksOn(version);
  }

  /** The API delays the refresh meanwhile. */
  @ParameterizedTest
  @FieldSource("JDKS")
  void doesNotKeepAJvmAlive(int version) {
    Jdk jdk = Jdk.require(version);
    alloyDb.tokenTrouble().set(HttpFault.noAnswer());
    try {
      for (String way : List.of("say", "property")) { // System.exit(7), and the end of main
        JvmResult result =
            AgentOn.jvm(
                    Jvm.of(jdk).classPath(Built.apps()).main("apps.Child", way, "alloydb"),
                    alloyDb,
                    AgentOn.map("orders-db", primary))
                .deadline(Duration.ofSeconds(20))
                .run();
        assertThat(result.timedOut()).as(result.toString()).isFalse();
        assertThat(result.exit()).as(result.toString()).isEqualTo(way.equals("say") ? 7 : 0);
        assertThat(result.errLines().get(0))
            .matches(AgentOn.startLine("1 host is mapped: orders-db"));
        assertThat(result.err()).doesNotContain("Exception");
      }
    } finally {
      alloyDb.tokenTrouble().clear();
    }
    new JvmRow("immediate `System.exit`").worksOn(version);
  }

  /**
   * Combines the newest driver with the oldest and the newest JDK, and all drivers with one between
   * them.
   */
  static Stream<Arguments> attached() {
    return Stream.concat(
        Stream.of(Arguments.of(8, "42.7.14"), Arguments.of(25, "42.7.14")),
        Built.DRIVERS.stream().map(driver -> Arguments.of(17, driver)));
  }

  /** The driver is already loaded and has a connection, which remains unchanged. */
  @ParameterizedTest
  @MethodSource("attached")
  void weavesALoadedDriverWhenAttached(int version, String driver) throws Exception {
    Path end = directory.resolve("end");
    String url = alloyDb.postgresUrl(); // the mapped host can also be reached without the agent
    String host = url.replaceAll("^jdbc:postgresql://(.*)/postgres$", "$1");
    long startups = primary.count(Served.STARTUP);
    JvmResult result;
    try (RunningJvm jvm =
        Jvm.of(Jdk.require(version))
            .flags(version >= 21 ? "-XX:+EnableDynamicAgentLoading" : "-XX:+UseSerialGC")
            .classPath(Built.apps(), Built.driver(driver))
            .main("apps.Lasting", url, "app", "secret", end.toString())
            .start()) {
      jvm.awaitOut("first: app");
      assertThat(primary.count(Served.STARTUP)).isEqualTo(startups);
      attach(
          jvm,
          "instances="
              + AgentOn.map(host, primary)
              + ",api-endpoint="
              + alloyDb.adminUrl()
              + ",credentials-file="
              + alloyDb.credentialsFile());
      Files.createFile(end);
      result = jvm.await().checkSucceeded();
    }

    assertThat(result.outLines()).containsExactly("first: app", "first, again: app", "second: app");
    assertThat(primary.count(Served.STARTUP)).isEqualTo(startups + 1);
    assertThat(result.errLines()).as(result.toString()).hasSize(2);
    assertThat(result.errLines().get(0)).matches(AgentOn.startLine("1 host is mapped: " + host));
    assertThat(result.errLines().get(1)).matches(AgentOn.successLine(host, primary));
  }

  /** Open connections remain unchanged; later connections use tunnels. */
  @ParameterizedTest
  @FieldSource("SAMPLE")
  void servesAnOpenPoolWhenAttachedTwice(int version) throws Exception {
    Path end = directory.resolve("end");
    String url = alloyDb.postgresUrl();
    String host = url.replaceAll("^jdbc:postgresql://(.*)/postgres$", "$1");
    String arguments =
        "instances="
            + AgentOn.map(host, primary)
            + ",api-endpoint="
            + alloyDb.adminUrl()
            + ",credentials-file="
            + alloyDb.credentialsFile();
    JvmResult result;
    try (RunningJvm jvm =
        Jvm.of(Jdk.require(version))
            .flags(version >= 21 ? "-XX:+EnableDynamicAgentLoading" : "-XX:+UseSerialGC")
            .classPath(Built.apps(), Built.newestDriver())
            .main("apps.Pooled", url, "app", "secret", end.toString())
            .start()) {
      jvm.awaitOut("at first: ");
      attach(jvm, arguments);
      attach(jvm, arguments);
      Files.createFile(end);
      result = jvm.await().checkSucceeded();
    }

    assertThat(result.outLines())
        .containsExactly(
            "at first: [plain, plain, plain]", "later: [plain, plain, plain, primary, primary]");
    List<String> own =
        result.errLines().stream().filter(line -> line.contains("alloydb-agent: ")).toList();
    assertThat(own).as(result.toString()).hasSize(3);
    assertThat(own.get(0)).matches(AgentOn.startLine("1 host is mapped: " + host));
    assertThat(own.get(1))
        .startsWith("alloydb-agent: AAJ-909: already on this JVM: specified twice, or attached");
    assertThat(own.get(2)).matches(AgentOn.successLine(host, primary));
    new JvmRow("attached at run time, twice, with an open connection pool").worksOn(version);
  }

  private static void attach(RunningJvm jvm, String arguments) throws Exception {
    VirtualMachine machine = VirtualMachine.attach(String.valueOf(jvm.pid()));
    try {
      machine.loadAgent(Built.agentJar().toString(), arguments);
    } catch (AgentLoadException e) {
      if (!"0"
          .equals(e.getMessage())) { // the response of Java 8, which later JDKs treat as a failure
        throw e;
      }
    } finally {
      machine.detach();
    }
  }
}
