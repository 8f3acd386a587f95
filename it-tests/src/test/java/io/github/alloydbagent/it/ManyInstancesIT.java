package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.Served;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measures the cost of as many instances as a large company has, for a JVM and the Admin API. */
class ManyInstancesIT {
  private static final String OTHER = "other@local-project.iam.gserviceaccount.com";

  @TempDir private Path directory;

  private LocalAlloyDb alloyDb;
  private ManyClusters clusters;

  @BeforeEach
  void start() throws Exception {
    alloyDb =
        LocalAlloyDb.builder()
            .serviceAccount("app@local-project.iam.gserviceaccount.com")
            .serviceAccount(OTHER)
            .start();
    clusters = new ManyClusters(alloyDb.adminUrl(), alloyDb.instance("primary"));
  }

  @AfterEach
  void stop() {
    clusters.close();
    alloyDb.close();
  }

  @Test
  void fiveHundredInstancesInOneHundredClustersNeedFourThreadsAndOneCallEach() throws Exception {
    List<String> names = names(100, 5);
    try (RunningJvm jvm = idle(mapped(names, "")).start()) {
      assertThat(clusters.await(500, 100)).isTrue();
      for (String name : names) {
        jvm.awaitErr(name + ": fetched connection info;");
      }
      JvmResult result = ended(jvm);
      assertThat(threads(result)).hasSizeBetween(2, 4);
    }
    assertThat(clusters.infos()).isEqualTo(500);
    assertThat(clusters.certificates()).isEqualTo(100);
    assertThat(clusters.calls().values()).as("calls for the same resource").containsOnly(1);
    assertThat(clusters.mostAtOnce()).as("concurrent calls").isLessThanOrEqualTo(3);
    assertThat(clusters.tokens()).hasSize(1);
    assertThat(alloyDb.count(Served.TOKEN)).as("one for the API, one for login").isEqualTo(2);
  }

  /**
   * Certificates expire after 17 s: each instance is refreshed after 8 to 10 s, at its own random
   * time.
   */
  @Test
  void aRefreshNeedsOneCallForEachInstanceAndEachCluster() throws Exception {
    alloyDb.cluster().certificateLife(Duration.ofSeconds(17));
    try (RunningJvm jvm = idle(mapped(names(4, 5), "")).start()) {
      assertThat(clusters.await(20, 4)).isTrue();
      assertThat(clusters.infos()).isEqualTo(20);
      assertThat(clusters.certificates()).isEqualTo(4);
      assertThat(clusters.await(40, 8)).as("a second refresh of all instances").isTrue();
      ended(jvm);
    }
    assertThat(clusters.infos()).isEqualTo(40);
    assertThat(clusters.certificates()).isEqualTo(8);
    assertThat(clusters.calls().values()).containsOnly(2);
  }

  @Test
  void identitiesShareNothing() throws Exception {
    List<String> names = names(2, 2);
    String other = "?credentials-file=" + alloyDb.credentialsFile(OTHER);
    try (RunningJvm jvm =
        idle(mapped(names, "") + "," + mapped(names, other).replace("host-", "other-")).start()) {
      assertThat(clusters.await(8, 4)).isTrue();
      ended(jvm);
    }
    assertThat(clusters.infos()).as("calls for each instance and identity").isEqualTo(8);
    assertThat(clusters.certificates()).as("calls for each cluster and identity").isEqualTo(4);
    assertThat(clusters.calls().values())
        .as("calls for the same resource with the same identity")
        .containsOnly(1);
    assertThat(clusters.tokens()).hasSize(2);
    assertThat(alloyDb.count(Served.TOKEN)).isEqualTo(4);
  }

  private static List<String> names(int clusters, int instances) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < clusters * instances; i++) {
      names.add(ManyClusters.cluster(i % clusters) + "/instances/i" + i);
    }
    return names;
  }

  private static String mapped(List<String> names, String overrides) {
    List<String> mappings = new ArrayList<>();
    for (String name : names) {
      mappings.add("host-" + mappings.size() + "=" + name + overrides);
    }
    return String.join(",", mappings);
  }

  private Jvm idle(String instances) {
    return AgentOn.jvm(Jvm.chosen(), alloyDb, instances)
        .environment("ALLOYDB_AGENT_API_ENDPOINT", clusters.url())
        .environment("ALLOYDB_AGENT_LOG_LEVEL", "debug")
        .classPath(Built.apps())
        .main("apps.Idle", directory.resolve("end").toString())
        .deadline(Duration.ofMinutes(2));
  }

  private JvmResult ended(RunningJvm jvm) throws Exception {
    Files.createFile(directory.resolve("end"));
    return jvm.await().checkSucceeded();
  }

  private static List<String> threads(JvmResult result) {
    return result.outLines().stream()
        .filter(line -> line.startsWith("thread: alloydb-agent-"))
        .toList();
  }
}
