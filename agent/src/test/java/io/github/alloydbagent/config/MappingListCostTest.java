package io.github.alloydbagent.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.config.setting.SettingValues;
import io.github.alloydbagent.config.setting.SettingsErrors;
import io.github.alloydbagent.config.source.RawSetting;
import io.github.alloydbagent.fuzz.Bounds;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The memory that the worst lists of mappings cost, without a fuzzer's instrumentation. */
class MappingListCostTest {

  /** Allocated bytes per byte of input: every mapping has settings, and every error lists them. */
  private static final int MAX_BYTES_PER_INPUT_BYTE = 5_000;

  @ParameterizedTest
  @ValueSource(strings = {"&", "&a", "&ip-typ", ",h=i?iam-user=x"})
  void staysWithinAMultipleOfTheInput(String repeated) throws Exception {
    String text = "host=projects/P?iam-user=x" + repeated.repeat(1_000);
    byte[] input = text.getBytes(StandardCharsets.UTF_8);

    SettingsErrors mistakes = Bounds.hold(input, MAX_BYTES_PER_INPUT_BYTE, () -> mistakes(text));

    assertThat(mistakes.isEmpty()).isFalse();
  }

  @Test
  void reportsAnEmptyOverrideOncePerMapping() {
    List<String> lines =
        mistakes("host=projects/p/locations/l/clusters/c/instances/i?&&iam-user=x&&&")
            .message()
            .lines()
            .toList();

    assertThat(lines).hasSize(2);
    assertThat(lines.get(1)).contains("found no setting after ? or &");
  }

  private static SettingsErrors mistakes(String text) {
    SettingsErrors mistakes = new SettingsErrors();
    new MappingList(new SettingValues(SettingValues.defaults()), mistakes)
        .read(new RawSetting("instances", text, "a text"));
    return mistakes;
  }
}
