package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.it.AgentOn;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.SharedAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import io.github.alloydbagent.local.Served;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A database that programs reach by a mapped host or, without the agent, by its address. */
final class MappedDatabase {

  static final String HOST = "orders-db";

  /** A timeout long enough for a busy machine; the drivers' default is 10 s. */
  static final String PATIENT = "?connectTimeout=60";

  static final String URL = "jdbc:postgresql://" + HOST + "/postgres" + PATIENT;

  private final LocalAlloyDb alloyDb;
  private final LocalInstance primary;
  private final long startupsBefore;

  MappedDatabase() throws IOException {
    alloyDb = SharedAlloyDb.md5();
    primary = alloyDb.instance("primary");
    startupsBefore = primary.count(Served.STARTUP);
  }

  LocalAlloyDb alloyDb() {
    return alloyDb;
  }

  LocalInstance primary() {
    return primary;
  }

  /** Returns the URL without the agent. */
  String plainUrl() {
    return alloyDb.postgresUrl();
  }

  /** Returns the number of tunnels since this object was created. */
  long tunnels() {
    return primary.count(Served.STARTUP) - startupsBefore;
  }

  /** Returns the agent's settings. */
  Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>(alloyDb.environment());
    environment.put("ALLOYDB_INSTANCES", AgentOn.map(HOST, primary));
    return environment;
  }

  /** Returns a JVM with the agent, to run {@link #main} or {@link #probe}. */
  Jvm tunnelled(Jdk jdk) {
    return jvm(jdk).agent().environment(environment());
  }

  /** Returns a JVM without the agent. */
  Jvm jvm(Jdk jdk) {
    return Jvm.of(jdk).flags("-Xmx256m").classPath(Built.apps(), Built.newestDriver());
  }

  /** Returns the arguments of {@code apps.JdbcProbe} and of the programs that run it. */
  static String[] arguments(String url, String... steps) {
    List<String> arguments = new ArrayList<>(List.of(url, Database.USER, Database.PASSWORD));
    Collections.addAll(arguments, steps);
    return arguments.toArray(String[]::new);
  }

  /** Asserts that each step of the probe succeeded. */
  static void assertDone(JvmResult result, String... steps) {
    result.checkSucceeded();
    List<String> done = result.outLines().stream().filter(line -> line.contains(": ok: ")).toList();
    assertThat(done).as(result.toString()).hasSize(steps.length);
    for (int i = 0; i < steps.length; i++) {
      assertThat(done.get(i)).startsWith(steps[i] + ": ok: ");
    }
  }

  /** Asserts that the agent logged its start and its first connection, and nothing else. */
  void assertTwoLines(JvmResult result) {
    assertTwoLines(result, List.of());
  }

  /**
   * Asserts that the agent logged these two lines, and that the JVM or the program printed the
   * others.
   *
   * @param others the lines printed without the agent
   */
  void assertTwoLines(JvmResult result, List<String> others) {
    List<String> lines = new ArrayList<>(result.errLines());
    List<String> own = lines.stream().filter(line -> line.contains("alloydb-agent: ")).toList();
    lines.removeAll(own);
    assertThat(lines).as(result.toString()).isEqualTo(others);
    assertThat(own).as(result.toString()).hasSize(2);
    assertThat(own.get(0)).matches(AgentOn.startLine("1 host is mapped: " + HOST));
    assertThat(own.get(1)).matches(AgentOn.successLine(HOST + ":5432", primary));
  }
}
