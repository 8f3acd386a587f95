package io.github.alloydbagent.failure;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A JVM with the agent and many hosts that are mapped, each in a trouble of its own: the agent asks
 * rarely enough about one instance that every case wants its own, and JVMs are slow to start.
 */
final class ManyHosts {
  private final Map<String, String> environment;
  private final Map<String, String> mappings = new LinkedHashMap<>();
  private final List<String> arguments = new ArrayList<>();

  /** With the local AlloyDB's environment: its Admin API, and the key of its first account. */
  ManyHosts(LocalAlloyDb alloyDb) {
    this(alloyDb.environment());
  }

  ManyHosts(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Maps a host to an instance's whole name, with {@code ?} and overrides perhaps. */
  ManyHosts map(String host, String target) {
    mappings.put(host, target);
    return this;
  }

  /** Maps a host, and connects to it as {@code app} with its password. */
  ManyHosts tried(String host, String target) {
    return map(host, target).connect(host, "&connectTimeout=20");
  }

  /**
   * Connects to a host as {@code app}; the outcome has the host's name.
   *
   * @param parameters of the URL, each after {@code &}
   */
  ManyHosts connect(String host, String parameters) {
    return connect(host, host, parameters);
  }

  /**
   * @param name of the outcome, with {@code @MILLIS} to be interrupted, with {@code *SECONDS} to be
   *     repeated
   */
  ManyHosts connect(String name, String hosts, String parameters) {
    arguments.add(
        name
            + "=jdbc:postgresql://"
            + hosts
            + "/postgres?user=app&password="
            + Servers.PASSWORD
            + parameters);
    return this;
  }

  /** Goes on when all before are done and this file is there. */
  ManyHosts await(Path file) {
    arguments.add("await=" + file);
    return this;
  }

  /** Those that are mapped. */
  List<String> hosts() {
    return List.copyOf(mappings.keySet());
  }

  Jvm jvm(Jdk jdk) {
    return Jvm.of(jdk)
        .agent()
        .environment(environment)
        .environment("ALLOYDB_INSTANCES", instances())
        .classPath(Built.apps(), Built.newestDriver())
        .main("apps.Connects", arguments.toArray(String[]::new));
  }

  /** Starts it; the caller closes it. */
  RunningJvm start() {
    return jvm(Jdk.chosen()).start();
  }

  private String instances() {
    return mappings.entrySet().stream()
        .map(mapping -> mapping.getKey() + "=" + mapping.getValue())
        .collect(Collectors.joining(","));
  }

  Outcomes run() {
    return run(Jdk.chosen());
  }

  Outcomes run(Jdk jdk) {
    return new Outcomes(jvm(jdk).run().checkSucceeded());
  }
}
