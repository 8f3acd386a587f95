package io.github.alloydbagent.config.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.SettingsException;
import io.github.alloydbagent.fuzz.Bounds;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * For any text after the jar's name, splitting loses no letter, and reading it lets the JVM start.
 */
class AgentArgumentsFuzzTest {

  @FuzzTest
  void splitsAndReadsWhateverStandsThere(byte[] input) throws Exception {
    String text = new String(input, StandardCharsets.UTF_8);
    List<RawSetting> given = Bounds.hold(input, 5_000, () -> AgentArguments.split(text));
    assertThat(letters(joined(given))).isEqualTo(letters(text));
    assertThat(described(AgentArguments.split(joined(given)))).isEqualTo(described(given));
    if (text.contains("file")) {
      return; // a fuzz test must not read arbitrary files
    }
    try {
      Settings settings = Settings.read(text, Map.of(), Map.of(), new File("none"));
      assertThat(settings.account()).doesNotContainNull();
    } catch (SettingsException e) {
      assertThat(e).hasMessageContaining(" in the AlloyDB Agent's settings:");
    }
  }

  private static String joined(List<RawSetting> given) {
    return given.stream().map(each -> each.name + "=" + each.text).collect(Collectors.joining(","));
  }

  private static List<String> described(List<RawSetting> given) {
    return given.stream().map(each -> each.name + "=" + each.text).toList();
  }

  /** Removes spaces, separators and byte order marks. */
  private static String letters(String text) {
    return text.replaceAll("[\\x00- ,=\\uFEFF]", "");
  }
}
