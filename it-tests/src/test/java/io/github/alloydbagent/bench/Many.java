package io.github.alloydbagent.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.it.AgentOn;
import io.github.alloydbagent.it.ManyClusters;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runs the workload {@code many}: the cost of mapped instances by their number. */
final class Many {
  static final int CLUSTERS = 100;
  static final int INSTANCES = 500;

  private final LocalAlloyDb alloyDb;
  private final Path directory;
  private final Figures figures;

  /**
   * @param directory a directory that it may write to
   */
  Many(Ground ground, Path directory, Figures figures) {
    this.alloyDb = ground.alloyDb();
    this.directory = directory;
    this.figures = figures;
  }

  void run(Jdk jdk) throws Exception {
    Figures one = measure(jdk, 1, 1);
    Figures all = measure(jdk, CLUSTERS, INSTANCES);
    for (String figure : List.of("many.seconds", "many.calls", "held.agentThreads")) {
      figures.add(jdk.version(), Ground.AGENT, figure, value(all, jdk, figure));
    }
    for (String figure : List.of("held.heap", "held.rss")) {
      figures.add(
          jdk.version(),
          Ground.AGENT,
          figure.replace("held", "many"),
          (value(all, jdk, figure) - value(one, jdk, figure)) * 1024 / (INSTANCES - 1));
    }
  }

  private static double value(Figures measured, Jdk jdk, String figure) {
    return measured.median(jdk.version(), Ground.AGENT, figure).orElseThrow();
  }

  private Figures measure(Jdk jdk, int clusterCount, int count) throws Exception {
    List<String> names = new ArrayList<>();
    List<String> mappings = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(ManyClusters.cluster(i % clusterCount) + "/instances/i" + i);
      mappings.add("host-" + i + "=" + names.get(i));
    }
    Path end = directory.resolve("end-" + jdk.version() + "-" + count);
    Figures measured = new Figures();
    try (ManyClusters clusters = new ManyClusters(alloyDb.adminUrl(), alloyDb.instance("primary"));
        RunningJvm jvm =
            AgentOn.jvm(Jvm.of(jdk), alloyDb, String.join(",", mappings))
                .flags(Yardstick.FLAGS.toArray(String[]::new))
                .environment("ALLOYDB_AGENT_API_ENDPOINT", clusters.url())
                .environment("ALLOYDB_AGENT_LOG_LEVEL", "debug")
                .classPath(Built.apps())
                .deadline(Duration.ofMinutes(3))
                .main("apps.Bench", "-", "-", "-", "await:" + end)
                .start()) {
      long start = System.nanoTime();
      assertThat(clusters.await(count, clusterCount)).isTrue();
      for (String name : names) {
        jvm.awaitErr(name + ": fetched connection info;");
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      Files.createFile(end);
      JvmResult result = jvm.await().checkSucceeded();
      measured.addPrinted(jdk.version(), Ground.AGENT, result.out());
      measured.add(jdk.version(), Ground.AGENT, "many.seconds", seconds);
      measured.add(
          jdk.version(), Ground.AGENT, "many.calls", clusters.infos() + clusters.certificates());
    } finally {
      Files.deleteIfExists(end);
    }
    return measured;
  }
}
