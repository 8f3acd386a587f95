package io.github.alloydbagent.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.alloydbagent.fuzz.Bounds;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Whatever stands behind the jar's name, no letter of it gets lost, and the JVM starts. */
class AgentArgumentsFuzzTest {

  @FuzzTest
  void splitsAndReadsWhateverStandsThere(byte[] input) throws Exception {
    String text = new String(input, StandardCharsets.UTF_8);
    List<Given> given = Bounds.hold(input, 5_000, () -> AgentArguments.split(text));
    assertThat(letters(joined(given))).isEqualTo(letters(text));
    assertThat(described(AgentArguments.split(joined(given)))).isEqualTo(described(given));
    if (text.contains("file")) {
      return; // a fuzzed test reads no arbitrary file
    }
    try {
      Settings settings = Settings.read(text, Map.of(), Map.of(), new File("none"));
      assertThat(settings.account()).doesNotContainNull();
    } catch (SettingsException e) {
      assertThat(e).hasMessageContaining("mistake");
    }
  }

  private static String joined(List<Given> given) {
    return given.stream().map(each -> each.name + "=" + each.text).collect(Collectors.joining(","));
  }

  private static List<String> described(List<Given> given) {
    return given.stream().map(each -> each.name + "=" + each.text).toList();
  }

  /** Without spaces, separators and byte-order marks. */
  private static String letters(String text) {
    return text.replaceAll("[\\x00- ,=\\uFEFF]", "");
  }
}
