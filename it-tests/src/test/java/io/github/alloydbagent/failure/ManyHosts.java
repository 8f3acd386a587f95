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
 * A JVM with the agent and many mapped hosts, each with a different fault. Each case needs a
 * separate instance, because the agent limits the calls for one instance, and separate JVMs would
 * start too slowly.
 */
final class ManyHosts {
  private final Map<String, String> environment;
  private final Map<String, String> mappings = new LinkedHashMap<>();
  private final List<String> arguments = new ArrayList<>();

  /** Uses the AlloyDB simulator's environment: its Admin API and the key of its first account. */
  ManyHosts(LocalAlloyDb alloyDb) {
    this(alloyDb.environment());
  }

  ManyHosts(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Maps a host to an instance's full name, optionally followed by {@code ?} and overrides. */
  ManyHosts map(String host, String target) {
    mappings.put(host, target);
    return this;
  }

  /** Maps a host, and connects to it as {@code app} with its password. */
  ManyHosts tried(String host, String target) {
    return map(host, target).connect(host, "&connectTimeout=20");
  }

  /**
   * Connects to a host as {@code app}; the outcome has the name of the host.
   *
   * @param parameters the URL parameters, each after {@code &}
   */
  ManyHosts connect(String host, String parameters) {
    return connect(host, host, parameters);
  }

  /**
   * Connects to hosts as {@code app}.
   *
   * @param name the name of the outcome; with {@code @MILLIS} the thread is interrupted, with
   *     {@code *SECONDS} the attempt is repeated
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

  /** Waits until all previous connections are done and this file exists. */
  ManyHosts await(Path file) {
    arguments.add("await=" + file);
    return this;
  }

  /** Returns the mapped hosts. */
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

  /** Starts the JVM; the caller must close it. */
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
