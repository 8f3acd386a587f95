package io.github.alloydbagent.failure;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A JVM with the agent in which {@code apps.Load} connects to mapped hosts on many threads, with
 * IAM login, which costs the database the least.
 */
final class LoadedJvm implements AutoCloseable {
  /** The number of threads that connect to each host. */
  static final int THREADS = 8;

  /** On a machine that is busy with other tests a handshake may take seconds. */
  static final String LONG_TIMEOUT = "&connectTimeout=60";

  private static final String USER =
      LocalAlloyDbBuilder.ACCOUNT.replace(".gserviceaccount.com", "");

  private final Path directory;
  private final Map<String, String> environment;
  private final Map<String, String> mappings = new LinkedHashMap<>();
  private final List<String> arguments = new ArrayList<>();
  private Jdk jdk = Jdk.chosen();
  private int threads = THREADS;
  private Duration period = Duration.ofSeconds(8);
  private Duration deadline = Duration.ofSeconds(150);
  private final List<String> flags = new ArrayList<>();
  private RunningJvm jvm;
  private int measured;

  /**
   * @param directory an empty directory that only this JVM uses
   */
  LoadedJvm(Path directory, LocalAlloyDb alloyDb) {
    this(directory, alloyDb.environment());
  }

  LoadedJvm(Path directory, Map<String, String> environment) {
    this.directory = directory;
    this.environment = environment;
  }

  /** Sets the interval between the attempts of a thread, by default 8 s. */
  LoadedJvm every(Duration time) {
    period = time;
    return this;
  }

  LoadedJvm threads(int each) {
    threads = each;
    return this;
  }

  LoadedJvm deadline(Duration time) {
    deadline = time;
    return this;
  }

  /** Uses another JDK than the default. */
  LoadedJvm on(Jdk other) {
    jdk = other;
    return this;
  }

  LoadedJvm property(String name, String value) {
    flags.add("-D" + name + "=" + value);
    return this;
  }

  /** Maps a host to an instance's full name, optionally with overrides, and connects to it. */
  LoadedJvm host(String host, String target) {
    return host(host, target, LONG_TIMEOUT);
  }

  /**
   * Maps a host and connects to it with URL parameters.
   *
   * @param host a host; with the suffix {@code !} its threads are interrupted
   * @param parameters the URL parameters, each after {@code &}
   */
  LoadedJvm host(String host, String target, String parameters) {
    String name = host.replace("!", "");
    mappings.put(name, target + (target.indexOf('?') < 0 ? "?" : "&") + "enable-iam-auth=true");
    arguments.add(host + "=jdbc:postgresql://" + name + "/postgres?user=" + USER + parameters);
    return this;
  }

  /** Starts the JVM and its load. */
  LoadedJvm start() throws IOException {
    return startIdle().go();
  }

  /** Starts the JVM without connections; the agent already refreshes. */
  LoadedJvm startIdle() {
    List<String> all = new ArrayList<>();
    all.add(directory.toString());
    all.add(String.valueOf(threads));
    all.add(String.valueOf(period.toMillis()));
    all.addAll(arguments);
    jvm =
        Jvm.of(jdk)
            .flags(
                "-Xmx256m",
                "-XX:+UseSerialGC") // after a full collection, the used heap is the reachable heap
            .flags(flags.toArray(String[]::new))
            .agent()
            .environment(environment)
            .environment(
                "ALLOYDB_INSTANCES",
                mappings.entrySet().stream()
                    .map(mapping -> mapping.getKey() + "=" + mapping.getValue())
                    .collect(Collectors.joining(",")))
            .classPath(Built.apps(), Built.newestDriver())
            .deadline(deadline)
            .main("apps.Load", all.toArray(String[]::new))
            .start();
    return this;
  }

  /** Starts the load of a JVM that was started without it. */
  LoadedJvm go() throws IOException {
    Files.createFile(directory.resolve("go"));
    return this;
  }

  long pid() {
    return jvm.pid();
  }

  /** Waits until each of these hosts had a connection; without arguments, each host. */
  LoadedJvm awaitConnected(String... hosts) {
    for (String host : hosts.length > 0 ? Set.of(hosts) : mappings.keySet()) {
      jvm.awaitOut(host + " is connected");
    }
    return this;
  }

  /** Pauses the load and measures the JVM's resources. */
  void measure() throws IOException {
    Files.createFile(directory.resolve("measure-" + measured));
    jvm.awaitOut("measure-" + measured + ": ");
    measured++;
  }

  /** Stops the JVM. */
  Attempts stop() throws IOException {
    Files.createFile(directory.resolve("stop"));
    return new Attempts(jvm.await().checkSucceeded());
  }

  @Override
  public void close() {
    if (jvm != null) {
      jvm.close();
    }
  }
}
