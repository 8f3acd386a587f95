package io.github.alloydbagent.config.setting;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Guarantees that secret settings rely on. */
class SettingTest {

  private final Setting<Integer> secret =
      new Setting<>(
          SettingScope.CREDENTIALS, "access-token", ValueParser.PORT, null, "", true, "a secret");

  @Test
  void neverShowsASecret() {
    assertThat(secret.shown("hunter2")).isEqualTo("(not shown)");
    assertThat(KnownSettings.IP_TYPE.shown("PSC")).isEqualTo("\"PSC\"");
  }

  @Test
  void neverShowsAnInvalidSecret() {
    SettingsErrors mistakes = new SettingsErrors();
    new SettingValues(null).read(secret, "hunter2", "agent argument access-token", mistakes);
    assertThat(mistakes.message())
        .isEqualTo(
            "1 error in the AlloyDB Agent's settings:\n"
                + "  - AAJ-106: access-token (agent argument access-token): found (not shown); expected a port"
                + " from 1 to 65535");
  }

  @Test
  void hasANameInEachSource() {
    assertThat(KnownSettings.IP_TYPE.systemProperty()).isEqualTo("alloydb.agent.ip-type");
    assertThat(KnownSettings.IP_TYPE.environmentVariable()).isEqualTo("ALLOYDB_AGENT_IP_TYPE");
  }
}
