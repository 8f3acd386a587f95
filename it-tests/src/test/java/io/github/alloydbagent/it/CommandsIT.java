package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
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
import io.github.alloydbagent.local.HttpFault;
import io.github.alloydbagent.local.IamRole;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import io.github.alloydbagent.local.LocalInstance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the jar's commands as users type them. */
@AlloyDbTest
class CommandsIT {
  private static final String STRANGER = "stranger@local-project.iam.gserviceaccount.com";
  private static final List<String> STEPS =
      List.of(
          "credentials",
          "token",
          "Admin API",
          "certificate",
          "address",
          "TCP",
          "TLS",
          "metadata exchange",
          "PostgreSQL");

  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;
  private static String instances;

  @TempDir private Path directory;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return LocalAlloyDb.builder()
        .instance("primary")
        .instance("other-authority")
        .instance("refuses")
        .serviceAccount("app@local-project.iam.gserviceaccount.com")
        .serviceAccount(STRANGER, new IamRole[0])
        .user("app", "secret");
  }

  @BeforeAll
  static void start() throws Exception {
    alloyDb.instance("other-authority").showCertificateOfAnotherAuthority();
    alloyDb.instance("refuses").exchangeTrouble().set(ExchangeFault.error("not on a Monday"));
    instances =
        String.join(
            ",",
            AgentOn.map("orders-db", primary),
            AgentOn.map("other-authority", alloyDb.instance("other-authority")),
            AgentOn.map("refuses", alloyDb.instance("refuses")),
            AgentOn.map("nobody", primary) + "?server-port=1",
            AgentOn.map("forbidden", primary)
                + "?credentials-file="
                + alloyDb.credentialsFile(STRANGER),
            AgentOn.map("wrong-token", primary) + "?access-token=planted-secret",
            AgentOn.map("no-name", primary) + "?api-endpoint=https://no-such-name.invalid");
  }

  /**
   * Runs without a terminal and without input, in the Turkish locale, whose lower-case I is a
   * different letter.
   */
  @ParameterizedTest
  @ValueSource(ints = {8, 17, 25})
  void checkRunsEveryStep(int version) {
    JvmResult result =
        mapped(
                Jvm.of(Jdk.require(version)).flags("-Duser.language=tr", "-Duser.country=TR"),
                AgentOn.map("orders-db", primary))
            .jar(Built.agentJar(), "check")
            .run()
            .checkSucceeded();

    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .containsPattern("settings +ok +\\d+ ms  1 host is mapped: orders-db")
        .contains("orders-db -> " + primary.name())
        .containsPattern("credentials +ok .*service account key, from Application Default")
        .contains("as app@local-project.iam.gserviceaccount.com")
        .containsPattern("certificate +ok +valid until \\S+Z, for 59 min")
        .contains("PRIVATE " + primary.addresses().privateIp() + ":5433")
        .containsPattern("PostgreSQL +ok .*requests a password \\(SCRAM-SHA-256\\)")
        .endsWith("All checks passed: 1 host.\n")
        .doesNotContain("\u001b");
  }

  @Test
  void checkPrintsEachStepForPrograms() {
    JvmResult result = run(AgentOn.map("orders-db", primary), "check", "--json").checkSucceeded();

    JsonObject json = JsonParser.parseString(result.out()).getAsJsonObject();
    assertThat(json.get("ok").getAsBoolean()).isTrue();
    assertThat(json.getAsJsonObject("settings").get("ok").getAsBoolean()).isTrue();
    JsonObject host = host(json, "orders-db");
    assertThat(host.get("instance").getAsString()).isEqualTo(primary.name());
    assertThat(host.get("ok").getAsBoolean()).isTrue();
    assertThat(host.has("failure")).isFalse();
    assertThat(steps(host)).containsExactlyElementsOf(STEPS);
  }

  @Test
  void checkLogsInByIam() {
    JvmResult result =
        run(AgentOn.map("orders-db", primary), "check", "--set", "enable-iam-auth=true")
            .checkSucceeded();

    assertThat(result.out())
        .containsPattern(
            "PostgreSQL +ok .*requests no password for user \""
                + alloyDb.account().databaseUser()
                + "\"");
  }

  @Test
  void checkReportsTheSettingForAnotherIamUser() {
    JvmResult result =
        run(
            AgentOn.map("orders-db", primary),
            "check",
            "--set",
            "enable-iam-auth=true",
            "--user=app");

    assertThat(result.exit()).as(result.toString()).isEqualTo(1);
    assertThat(result.out())
        .containsPattern("PostgreSQL +FAILED")
        .contains(
            "the connection requested user \"app\". Set iam-user=auto to log in as the former");
  }

  /**
   * Each failure is reported at its step, with the agent's own message; the healthy host is
   * reported too.
   */
  @Test
  void checkReportsTheFailedStep() {
    JvmResult result = run(instances, "check", "--json", "--timeout", "5s");

    assertThat(result.exit()).as(result.toString()).isEqualTo(1);
    assertThat(result.out() + result.err()).doesNotContain("planted-secret");
    JsonObject json = JsonParser.parseString(result.out()).getAsJsonObject();
    assertThat(json.get("ok").getAsBoolean()).isFalse();
    assertThat(host(json, "orders-db").get("ok").getAsBoolean()).isTrue();
    failed(json, "nobody", "TCP", "Connection refused", "Check that the instance is running");
    failed(json, "forbidden", "Admin API", "returned HTTP 403", "roles/alloydb.client");
    failed(json, "wrong-token", "Admin API", "returned HTTP 401");
    failed(json, "no-name", "Admin API", "no-such-name.invalid");
    failed(
        json,
        "other-authority",
        "TLS",
        "The server's certificate is not signed by the cluster's authority");
    failed(
        json,
        "refuses",
        "metadata exchange",
        "the server refused: not on a Monday",
        "has roles/alloydb.client in the instance's project");
  }

  @Test
  void checkReportsRefusalByTheTokenServer() {
    alloyDb.tokenTrouble().set(HttpFault.status(400, "invalid_grant"));
    try {
      JvmResult result =
          run(AgentOn.map("orders-db", primary), "check", "--json", "--timeout", "5s");

      assertThat(result.exit()).as(result.toString()).isEqualTo(1);
      failed(
          JsonParser.parseString(result.out()).getAsJsonObject(),
          "orders-db",
          "token",
          "credentials failed: no token for",
          "invalid_grant");
    } finally {
      alloyDb.tokenTrouble().clear();
    }
  }

  @Test
  void checkConnectsToTheGivenHosts() {
    JvmResult passing = run(instances, "check", "orders-db:5432").checkSucceeded();
    assertThat(passing.out()).endsWith("All checks passed: 1 host.\n");

    JvmResult stranger = run(instances, "check", "elsewhere");
    assertThat(stranger.exit()).isEqualTo(1);
    assertThat(stranger.out())
        .contains("host elsewhere: it is not mapped, so the agent does not change its connections")
        .endsWith("1 of 1 host failed.\n");
  }

  @Test
  void checkFindsInstancesByDiscovery() {
    JvmResult result =
        mapped(Jvm.chosen(), "")
            .environment("ALLOYDB_INSTANCES", AgentOn.map("orders-db", primary))
            .jar(
                Built.agentJar(),
                "check",
                "--set",
                "discover=projects/local-project",
                String.valueOf(primary.addresses().privateIp()))
            .run()
            .checkSucceeded();

    assertThat(result.out())
        .contains(primary.addresses().privateIp() + " -> " + primary.name())
        .endsWith("All checks passed: 1 host.\n");
  }

  @Test
  void checkWaitsForSuccess() throws Exception {
    primary.stop();
    try (RunningJvm jvm =
        mapped(Jvm.chosen(), AgentOn.map("orders-db", primary))
            .jar(Built.agentJar(), "check", "--wait", "40s", "-v")
            .start()) {
      jvm.awaitErr("no connection to host orders-db");
      primary.start();
      JvmResult result = jvm.await().checkSucceeded();
      assertThat(result.out()).endsWith("All checks passed: 1 host.\n").doesNotContain("FAILED");
    } finally {
      primary.start();
    }
  }

  @Test
  void checkStopsWaitingAtTheTimeout() {
    JvmResult result = run(AgentOn.map("nobody", primary) + "?server-port=1", "check", "--wait=2s");

    assertThat(result.exit()).as(result.toString()).isEqualTo(1);
    assertThat(result.out()).contains("TCP to PRIVATE").endsWith("1 of 1 host failed.\n");
  }

  @Test
  void checkListsInvalidSettings() {
    for (String command : List.of("check", "config")) {
      JvmResult result =
          run(AgentOn.map("orders-db", primary), command, "--set", "ip-typ=PSC", "--set=iam-user=");

      assertThat(result.exit()).as(result.toString()).isEqualTo(1);
      assertThat(result.out() + result.err())
          .contains("2 errors in the AlloyDB Agent's settings:")
          .contains("ip-typ (agent argument ip-typ): found an unknown setting;")
          .contains("nearest match: ip-type");
    }
  }

  @Test
  void checkFailsWithoutAMappingAndReportsWhatToSet() {
    JvmResult result = Jvm.chosen().jar(Built.agentJar(), "check").run();

    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.out())
        .contains("no host is mapped (setting instances): nothing to do. Set instances, such as");
  }

  @Test
  void checkReportsADisabledAgentAsNeitherFailureNorSuccess() {
    JvmResult result = Jvm.chosen().jar(Built.agentJar(), "check", "--set", "enabled=false").run();

    assertThat(result.exit()).isZero();
    assertThat(result.out())
        .contains("enabled is false: the agent does nothing")
        .contains("No host was checked.")
        .doesNotContain("All checks passed");
  }

  @Test
  void configShowsEverySettingWithItsSourceAndNoSecret() throws Exception {
    Path file = directory.resolve("agent.properties");
    Files.writeString(file, "ip-type=PUBLIC\naccess-token=planted-secret\n");

    JvmResult result =
        mapped(Jvm.chosen().property("alloydb.agent.keep-alive", "10s"), instances)
            .jar(Built.agentJar(), "config", "--config-file=" + file, "--set=iam-user=auto")
            .run()
            .checkSucceeded();

    assertThat(result.out() + result.err()).doesNotContain("planted-secret");
    assertThat(result.outLines())
        .anyMatch(line -> line.matches("ip-type +PUBLIC  \\(.*agent.properties.*\\)"))
        .anyMatch(line -> line.matches("access-token +\\(not shown\\)  .*"))
        .anyMatch(
            line -> line.matches("keep-alive +10s  \\(system property alloydb.agent.keep-alive\\)"))
        .anyMatch(line -> line.matches("iam-user +auto  \\(agent argument iam-user\\)"))
        .anyMatch(line -> line.matches("server-port +5433  \\(default\\)"))
        .anyMatch(
            line ->
                line.startsWith("instances ")
                    && line.endsWith("(environment variable ALLOYDB_INSTANCES)"));
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 25})
  void versionListsTheBundledLibraries(int version) {
    JvmResult result =
        Jvm.of(Jdk.require(version)).jar(Built.agentJar(), "version").run().checkSucceeded();

    assertThat(result.outLines().get(0)).matches("AlloyDB Agent for Java \\d+\\.\\d+\\.\\S+");
    assertThat(result.out())
        .containsPattern("  byte-buddy \\d+\\.")
        .containsPattern("  picocli \\d+\\.")
        .doesNotContain("${");
  }

  @Test
  void completionPrintsAValidBashScript() throws Exception {
    JvmResult result = Jvm.chosen().jar(Built.agentJar(), "completion").run().checkSucceeded();

    Path script = Files.writeString(directory.resolve("completion"), result.out());
    String words =
        "source "
            + script
            + "; COMP_WORDS=(alloydb-agent ch); COMP_CWORD=1;"
            + " _complete_alloydb-agent; echo ${COMPREPLY[*]}";
    Process bash = new ProcessBuilder("bash", "-c", words).redirectErrorStream(true).start();
    bash.getOutputStream().close();
    assertThat(new String(bash.getInputStream().readAllBytes()).trim()).isEqualTo("check");
  }

  @Test
  void invalidUsageReturnsExitCode2() {
    for (String[] line : List.of(new String[] {"chek"}, new String[] {"check", "--timeout=x"})) {
      JvmResult result = Jvm.chosen().jar(Built.agentJar(), line).run();
      assertThat(result.exit()).as(result.toString()).isEqualTo(2);
      assertThat(result.err()).containsAnyOf("Did you mean: alloydb-agent check", "Usage: ");
    }
    assertThat(Jvm.chosen().jar(Built.agentJar()).run().checkSucceeded().out())
        .contains("Usage: alloydb-agent", "check", "attach");
  }

  /**
   * With JAVA_TOOL_OPTIONS, which adds the agent to every JVM, the command still runs without it.
   */
  @Test
  void commandsRunWithoutTheAgent() {
    JvmResult result =
        mapped(Jvm.chosen().agent(), instances).jar(Built.agentJar(), "version").run();

    assertThat(result.checkSucceeded().err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 17, 25})
  void attachAddsTheAgentToARunningProgram(int version) throws Exception {
    Jdk jdk = Jdk.require(version);
    Path end = directory.resolve("end");
    String url = alloyDb.postgresUrl();
    String host = url.replaceAll("^jdbc:postgresql://(.*)/postgres$", "$1");
    JvmResult result;
    try (RunningJvm jvm =
        Jvm.of(jdk)
            .flags(version >= 21 ? "-XX:+EnableDynamicAgentLoading" : "-XX:+UseSerialGC")
            .classPath(Built.apps(), Built.newestDriver())
            .main("apps.Lasting", url, "app", "secret", end.toString())
            .start()) {
      jvm.awaitOut("first: app");
      String pid = String.valueOf(jvm.pid());
      assertThat(listed(jdk, pid)).isEqualTo("apps.Lasting: no agent");

      JvmResult misspelled = attach(jdk, pid, "--set", "ip-typ=PSC");
      assertThat(misspelled.exit()).isEqualTo(1);
      assertThat(misspelled.err())
          .contains("no agent was added to JVM " + pid + ": 1 error")
          .contains("nearest match: ip-type");
      assertThat(listed(jdk, pid)).isEqualTo("apps.Lasting: no agent");

      List<String> settings =
          List.of(
              "--set",
              "instances=" + AgentOn.map(host, primary),
              "--set",
              "api-endpoint=" + alloyDb.adminUrl(),
              "--set",
              "credentials-file=" + alloyDb.credentialsFile());
      JvmResult attached = attach(jdk, pid, settings.toArray(new String[0])).checkSucceeded();
      assertThat(attached.out()).matches("The agent is on JVM " + pid + " \\(\\S+, on\\)\\.\n");
      assertThat(listed(jdk, pid)).matches("apps.Lasting: agent \\S+, on");

      JvmResult again = attach(jdk, pid, settings.toArray(new String[0]));
      assertThat(again.exit()).isEqualTo(1);
      assertThat(again.err()).contains("the agent is already on JVM " + pid);
      Files.createFile(end);
      result = jvm.await().checkSucceeded();
    }
    assertThat(result.err()).contains("1 host is mapped: " + host).contains("is connected to");
  }

  @Test
  void attachRefusesUnsuitableJvms() throws Exception {
    Process sleep = new ProcessBuilder("sleep", "60").start();
    try {
      JvmResult noJvm = attach(Jdk.chosen(), String.valueOf(sleep.pid()));
      assertThat(noJvm.exit()).isEqualTo(1);
      assertThat(noJvm.err())
          .contains(" " + sleep.pid() + " ")
          .containsAnyOf("is not a JVM", "no JVM");
      assertThat(sleep.isAlive()).isTrue();
    } finally {
      sleep.destroy();
      sleep.waitFor();
    }
    JvmResult gone = attach(Jdk.chosen(), String.valueOf(sleep.pid()));
    assertThat(gone.exit()).isEqualTo(1);
    assertThat(gone.err()).contains(String.valueOf(sleep.pid()));

    for (String flag : List.of("-Xrs", "-XX:+DisableAttachMechanism")) {
      try (RunningJvm jvm =
          Jvm.chosen().flags(flag).classPath(Built.apps()).main("apps.Child", "hang").start()) {
        jvm.awaitOut("hanging");
        JvmResult refused = attach(Jdk.chosen(), String.valueOf(jvm.pid()));
        assertThat(refused.exit()).as(refused.toString()).isEqualTo(1);
        assertThat(refused.err()).contains(flag).contains("-javaagent");
        assertThat(jvm.isAlive()).isTrue();
        assertThat(jvm.terminate().out()).doesNotContain("Full thread dump");
      }
    }
  }

  @Test
  void aStoppedJvmDoesNotBlockTheCommands() throws Exception {
    try (RunningJvm jvm = Jvm.chosen().classPath(Built.apps()).main("apps.Child", "hang").start()) {
      jvm.awaitOut("hanging");
      String pid = String.valueOf(jvm.pid());
      new ProcessBuilder("kill", "-STOP", pid).start().waitFor();
      assertThat(listed(Jdk.chosen(), pid)).startsWith("apps.Child: unknown: ");
      assertThat(attach(Jdk.chosen(), pid).checkFailed().err())
          .contains("JVM " + pid + " is stopped (SIGSTOP): resume it first.");
      new ProcessBuilder("kill", "-CONT", pid).start().waitFor();
      assertThat(jvm.terminate().out()).doesNotContain("Full thread dump");
    }
  }

  @Test
  void attachRequiresAJdk() {
    JvmResult result =
        Jvm.of(Jdk.running())
            .flags("--limit-modules", "java.base,java.instrument,java.naming")
            .jar(Built.agentJar(), "attach", "4711")
            .run();

    assertThat(result.exit()).as(result.toString()).isEqualTo(1);
    assertThat(result.err())
        .contains("cannot attach to other JVMs: it has no module jdk.attach")
        .contains("Run this with the java command of a JDK.");
  }

  private static JvmResult run(String instances, String... command) {
    return mapped(Jvm.chosen(), instances).jar(Built.agentJar(), command).run();
  }

  private static Jvm mapped(Jvm jvm, String instances) {
    return jvm.environment(alloyDb.environment()).environment("ALLOYDB_INSTANCES", instances);
  }

  private static JvmResult attach(Jdk jdk, String pid, String... settings) {
    List<String> command = new ArrayList<>(List.of("attach", pid));
    command.addAll(List.of(settings));
    return Jvm.of(jdk).jar(Built.agentJar(), command.toArray(new String[0])).run();
  }

  /** Returns the text that follows this process ID in the list. */
  private static String listed(Jdk jdk, String pid) {
    JvmResult list = Jvm.of(jdk).jar(Built.agentJar(), "list").run().checkSucceeded();
    return list.outLines().stream()
        .filter(line -> line.startsWith(pid + " "))
        .map(line -> line.substring(pid.length()).trim())
        .findFirst()
        .orElseThrow(() -> new AssertionError(list.toString()));
  }

  private static void failed(JsonObject json, String host, String step, String... words) {
    JsonObject result = host(json, host);
    assertThat(result.get("ok").getAsBoolean()).as(host).isFalse();
    assertThat(result.get("failure").getAsString()).as(host).contains(words);
    List<String> steps = steps(result);
    assertThat(steps.get(steps.size() - 1)).as(result.toString()).isEqualTo(step + ": FAILED");
    assertThat(steps.subList(0, steps.size() - 1)).noneMatch(each -> each.endsWith("FAILED"));
  }

  private static List<String> steps(JsonObject host) {
    List<String> steps = new ArrayList<>();
    for (JsonElement each : host.getAsJsonArray("steps")) {
      JsonObject step = each.getAsJsonObject();
      String name = step.get("step").getAsString();
      steps.add(step.get("ok").getAsBoolean() ? name : name + ": FAILED");
    }
    return steps;
  }

  private static JsonObject host(JsonObject json, String name) {
    for (JsonElement each : json.getAsJsonArray("hosts")) {
      if (each.getAsJsonObject().get("host").getAsString().equals(name)) {
        return each.getAsJsonObject();
      }
    }
    throw new AssertionError("no " + name + " in " + json);
  }
}
