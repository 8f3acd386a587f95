package io.github.alloydbagent.config.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgentArgumentsTest {

  private static final String I = "projects/p/locations/l/clusters/c/instances/i";

  @Test
  void isEmptyWithoutText() {
    assertThat(AgentArguments.split(null)).isEmpty();
    assertThat(split("")).isEmpty();
    assertThat(split(" , ,")).isEmpty();
  }

  @Test
  void separatesSettingsByCommas() {
    assertThat(split("ip-type=PSC, log-level = debug ,enabled=true,"))
        .containsExactly("ip-type=PSC", "log-level=debug", "enabled=true");
  }

  @Test
  void keepsMappingsTogether() {
    assertThat(split("instances=a=" + I + ",b:5432=" + I + ", [::1]=" + I + ",log-level=debug"))
        .containsExactly("instances=a=" + I + ",b:5432=" + I + ", [::1]=" + I, "log-level=debug");
  }

  @Test
  void keepsAHostWithTheNameOfASetting() {
    assertThat(split("instances=a=" + I + ",enabled=" + I + ",enabled=true"))
        .containsExactly("instances=a=" + I + ",enabled=" + I, "enabled=true");
  }

  /** Used to become part of the previous setting. */
  @Test
  void separatesDiscoveredProjectsFromThePreviousSetting() {
    assertThat(split("log-level=debug,discover=projects/p,projects/q,ip-type=PSC"))
        .containsExactly("log-level=debug", "discover=projects/p,projects/q", "ip-type=PSC");
    assertThat(split("instances=a=" + I + ",discover=" + I + ",discover=projects/p"))
        .containsExactly("instances=a=" + I + ",discover=" + I, "discover=projects/p");
  }

  @Test
  void keepsOverridesWithTheirMapping() {
    assertThat(split("instances=a=" + I + "?ip-type=PSC&server-port=1,ip-type=PUBLIC"))
        .containsExactly("instances=a=" + I + "?ip-type=PSC&server-port=1", "ip-type=PUBLIC");
  }

  @Test
  void treatsAMisspelledInstanceAsAMapping() {
    assertThat(split("instances=a=" + I + ",b=project/p,log-file=/tmp/x"))
        .containsExactly("instances=a=" + I + ",b=project/p", "log-file=/tmp/x");
  }

  @Test
  void treatsAMisspelledSettingAsASetting() {
    assertThat(split("instances=a=" + I + ",logfile=/tmp/x,warm-tunnels=3"))
        .containsExactly("instances=a=" + I, "logfile=/tmp/x", "warm-tunnels=3");
  }

  @Test
  void keepsCommasInOtherValues() {
    assertThat(split("driver-packages=a.b,c.d,log-file=/a,b/x=y"))
        .containsExactly("driver-packages=a.b,c.d", "log-file=/a,b/x=y");
  }

  @Test
  void aFirstPieceWithoutEqualsHasNoName() {
    assertThat(split("agent.properties,ip-type=PSC"))
        .containsExactly("=agent.properties", "ip-type=PSC");
  }

  private static List<String> split(String arguments) {
    List<String> settings = new ArrayList<>();
    for (RawSetting given : AgentArguments.split(arguments)) {
      settings.add(given.name + "=" + given.text);
    }
    return settings;
  }
}
