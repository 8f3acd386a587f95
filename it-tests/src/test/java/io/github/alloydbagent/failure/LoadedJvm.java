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
 * A JVM with the agent in which {@code apps.Load} connects to mapped hosts on many threads; all by
 * IAM login, which costs the database the least.
 */
final class LoadedJvm implements AutoCloseable {
  /** Threads that connect to each host. */
  static final int THREADS = 8;

  /** On a machine that is busy with other tests a handshake may take seconds. */
  static final String PATIENT = "&connectTimeout=60";

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
   * @param directory an empty one of its own
   */
  LoadedJvm(Path directory, LocalAlloyDb alloyDb) {
    this(directory, alloyDb.environment());
  }

  LoadedJvm(Path directory, Map<String, String> environment) {
    this.directory = directory;
    this.environment = environment;
  }

  /** The time from one attempt of a thread to its next; 8 s unless said. */
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

  /** On another JDK than the chosen one. */
  LoadedJvm on(Jdk other) {
    jdk = other;
    return this;
  }

  LoadedJvm property(String name, String value) {
    flags.add("-D" + name + "=" + value);
    return this;
  }

  /** Maps a host to an instance's whole name, with overrides perhaps, and lets it be loaded. */
  LoadedJvm host(String host, String target) {
    return host(host, target, PATIENT);
  }

  /**
   * As above.
   *
   * @param host with {@code !} at its end to have its threads interrupted
   * @param parameters of the URL, each after {@code &}
   */
  LoadedJvm host(String host, String target, String parameters) {
    String name = host.replace("!", "");
    mappings.put(name, target + (target.indexOf('?') < 0 ? "?" : "&") + "enable-iam-auth=true");
    arguments.add(host + "=jdbc:postgresql://" + name + "/postgres?user=" + USER + parameters);
    return this;
  }

  /** Starts it, and its load. */
  LoadedJvm start() throws IOException {
    return startIdle().go();
  }

  /** Starts it; the agent fetches what it needs, and nobody connects yet. */
  LoadedJvm startIdle() {
    List<String> all = new ArrayList<>();
    all.add(directory.toString());
    all.add(String.valueOf(threads));
    all.add(String.valueOf(period.toMillis()));
    all.addAll(arguments);
    jvm =
        Jvm.of(jdk)
            .flags(
                "-Xmx256m", "-XX:+UseSerialGC") // its heap after a collection is what is reachable
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

  /** Starts the load of a JVM that was started idle. */
  LoadedJvm go() throws IOException {
    Files.createFile(directory.resolve("go"));
    return this;
  }

  long pid() {
    return jvm.pid();
  }

  /** Waits until each of these hosts had a connection; all if none is named. */
  LoadedJvm awaitConnected(String... hosts) {
    for (String host : hosts.length > 0 ? Set.of(hosts) : mappings.keySet()) {
      jvm.awaitOut(host + " is connected");
    }
    return this;
  }

  /** Lets it come to rest and say what it holds. */
  void measure() throws IOException {
    Files.createFile(directory.resolve("measure-" + measured));
    jvm.awaitOut("measure-" + measured + ": ");
    measured++;
  }

  /** Ends it. */
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
