package io.github.alloydbagent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.log.Level;
import io.github.alloydbagent.log.Log;
import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TargetsTest {
  private static final String C = "projects/p/locations/l/clusters/c/instances/";

  private final Settings settings =
      read("a=" + C + "i,b=" + C + "i,c=" + C + "j,d=" + C + "i?iam-user=x");
  private final Targets targets =
      new Targets(
          new AgentThreads(),
          settings,
          new CompletableFuture<>(),
          "a/1",
          new Log(Level.OFF, System.err));

  private static Settings read(String instances) {
    try {
      return Settings.read(
          null,
          Map.of("alloydb.agent.instances", instances, "alloydb.agent.refresh-strategy", "LAZY"),
          Map.of(),
          new File("none"));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private Mapping mapping(int index) {
    return settings.mappings().get(index);
  }

  @Test
  void hostsOfOneInstanceShareItsConnectionInfo() {
    assertThat(targets.of(mapping(0)).connectionInfo())
        .isSameAs(targets.of(mapping(1)).connectionInfo())
        .isSameAs(targets.of(mapping(3)).connectionInfo())
        .isNotSameAs(targets.of(mapping(2)).connectionInfo());
  }

  @Test
  void aMappingThatIsReadAnewKeepsItsTarget() {
    assertThat(targets.of(read("z=" + C + "z,a=" + C + "i").mappings().get(1)))
        .isSameAs(targets.of(mapping(0)));
  }

  @Test
  void dropsConnectionInfoOnceNoHostNeedsIt() {
    var shared = targets.of(mapping(0)).connectionInfo();
    var other = targets.of(mapping(1)).connectionInfo();
    assertThat(other).isSameAs(shared);
    targets.drop(List.of(mapping(0)));
    assertThat(targets.of(mapping(0)).connectionInfo()).as("b still needs it").isSameAs(shared);
    targets.drop(List.of(mapping(0), mapping(1)));
    assertThat(targets.of(mapping(0)).connectionInfo()).isNotSameAs(shared);
  }
}
