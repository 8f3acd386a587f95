package io.github.alloydbagent.bench;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** Runs the workload {@code unused}: the cost of agents in a JVM that never uses a database. */
final class Unmapped {
  static final String NO_AGENT = "no agent";
  static final String EMPTY_AGENT = "empty agent";
  static final String NOTHING_MAPPED = "agent, nothing mapped";
  static final String HOST_MAPPED = "agent, a host mapped";
  static final String OPEN_TELEMETRY = "OpenTelemetry's agent";

  /** The subjects, in the order of the tables. */
  static final List<String> SUBJECTS =
      List.of(NO_AGENT, EMPTY_AGENT, NOTHING_MAPPED, HOST_MAPPED, OPEN_TELEMETRY);

  /** Time figures per CPU figure: time varies more than CPU. */
  private static final int SHORT_RUNS_PER_CPU_RUN = 5;

  /** By then the agent has finished its background work. */
  private static final String LIFE_MILLIS = "1500";

  private final Map<String, Consumer<Jvm>> subjects = new LinkedHashMap<>();
  private final Figures figures;

  /**
   * @param directory a directory that it may write to
   */
  Unmapped(Ground ground, Path directory, Figures figures) throws IOException {
    this.figures = figures;
    Path empty = emptyAgent(directory.resolve("empty-agent.jar"));
    Path openTelemetry = openTelemetry();
    subjects.put(NO_AGENT, jvm -> {});
    subjects.put(EMPTY_AGENT, jvm -> jvm.flags("-javaagent:" + empty));
    subjects.put(NOTHING_MAPPED, Jvm::agent);
    subjects.put(HOST_MAPPED, ground.mapped(""));
    subjects.put(
        OPEN_TELEMETRY,
        jvm ->
            jvm.flags(
                "-javaagent:" + openTelemetry,
                "-Dotel.traces.exporter=none",
                "-Dotel.metrics.exporter=none",
                "-Dotel.logs.exporter=none"));
  }

  void run(Jdk jdk) {
    for (int i = 0; i < SHORT_RUNS_PER_CPU_RUN; i++) {
      boolean first = i == 0;
      subjects.forEach(
          (name, setUp) -> {
            if (first
                || !name.equals(OPEN_TELEMETRY)) { // takes seconds, and is only for comparison
              figures.add(
                  jdk.version(),
                  name,
                  "unused.wall",
                  run(jdk, setUp, "0").took().toNanos() / 1_000_000.0);
            }
          });
    }
    subjects.forEach(
        (name, setUp) ->
            figures.addPrinted(jdk.version(), name, run(jdk, setUp, LIFE_MILLIS).out()));
  }

  private static JvmResult run(Jdk jdk, Consumer<Jvm> setUp, String millis) {
    Jvm jvm = Jvm.of(jdk).flags(Yardstick.FLAGS.toArray(String[]::new)).classPath(Built.apps());
    setUp.accept(jvm);
    return jvm.main("apps.Unused", millis).run().checkSucceeded();
  }

  /** Creates an agent that only inspects classes: {@code apps.IdleAgent}. */
  private static Path emptyAgent(Path jar) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(new Attributes.Name("Premain-Class"), "apps.IdleAgent");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out, manifest)) {
      entries.putNextEntry(new JarEntry("apps/IdleAgent.class"));
      Files.copy(Built.apps().resolve("apps").resolve("IdleAgent.class"), entries);
      entries.closeEntry();
    }
    return jar;
  }

  private static Path openTelemetry() {
    try (Stream<Path> agents = Files.list(Built.application("neighbours").resolve("agents"))) {
      return agents
          .filter(jar -> jar.getFileName().toString().startsWith("opentelemetry-javaagent-"))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
