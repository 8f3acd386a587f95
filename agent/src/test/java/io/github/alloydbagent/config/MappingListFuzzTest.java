package io.github.alloydbagent.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.alloydbagent.config.setting.SettingValues;
import io.github.alloydbagent.config.setting.SettingsErrors;
import io.github.alloydbagent.config.source.RawSetting;
import io.github.alloydbagent.fuzz.Bounds;
import io.github.alloydbagent.fuzz.OneLine;
import io.github.alloydbagent.route.HostPattern;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Any text is a list of mappings without doubt about a host, or a list of mistakes. */
class MappingListFuzzTest {

  /**
   * Bytes for each of the input: two may be an override that is unknown, and named with all that
   * are known. {@link MappingListCostTest} holds a tenth of it where no fuzzer's hooks are in the
   * code, which allocate eight times as much as the code does.
   */
  private static final int COST = 50_000;

  @FuzzTest
  void mapsEveryHostOnceOrSaysWhatIsWrong(byte[] input) throws Exception {
    String text = new String(input, StandardCharsets.UTF_8);
    SettingsErrors mistakes = new SettingsErrors();
    List<Mapping> mappings = Bounds.hold(input, COST, () -> read(text, new SettingsErrors()));
    assertThat(described(read(text, mistakes))).isEqualTo(described(mappings));

    Map<HostPattern, Mapping> routes = new HashMap<>();
    Set<String> hosts = new HashSet<>();
    for (Mapping mapping : mappings) {
      assertThat(routes.put(mapping.pattern(), mapping)).as("%s twice", mapping).isNull();
      assertThat(hosts.add(mapping.host())).as("%s twice", mapping).isTrue();
    }
    if (!mistakes.isEmpty()) {
      List<String> lines = List.of(mistakes.message().split("\n", -1));
      assertThat(lines.size()).isGreaterThan(1);
      lines.forEach(OneLine::check);
      assertThat(lines.get(0)).startsWith(lines.size() - 1 + " mistake");
      return;
    }
    assertThat(mappings).isNotEmpty();
    String printed = mappings.stream().map(Mapping::toString).collect(Collectors.joining(","));
    if (!printed.contains("(not shown)")) {
      SettingsErrors none = new SettingsErrors();
      assertThat(described(read(printed, none))).isEqualTo(described(mappings));
      assertThat(none.isEmpty()).isTrue();
    }
  }

  private static List<Mapping> read(String text, SettingsErrors mistakes) {
    return new MappingList(new SettingValues(SettingValues.defaults()), mistakes)
        .read(new RawSetting("instances", text, "a fuzzed text"));
  }

  /** All that a mapping says, for comparing. */
  private static List<String> described(List<Mapping> mappings) {
    return mappings.stream()
        .map(
            mapping ->
                mapping
                    + " "
                    + mapping.pattern()
                    + " "
                    + mapping.instance()
                    + " "
                    + mapping.settings().identity()
                    + mapping.settings().ipTypes()
                    + mapping.settings().enableIamAuth()
                    + mapping.settings().iamUser()
                    + mapping.settings().serverPort()
                    + mapping.settings().connectTimeoutMillis())
        .toList();
  }
}
