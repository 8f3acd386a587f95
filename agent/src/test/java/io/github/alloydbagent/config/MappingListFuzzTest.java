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

/** Parsing any text results either in unambiguous mappings or in a list of errors. */
class MappingListFuzzTest {

  /**
   * Allocated bytes per byte of input: two bytes may be an unknown override, which is reported with
   * all known ones. {@link MappingListCostTest} enforces a tenth of this without a fuzzer's
   * instrumentation, which allocates eight times as much as the code.
   */
  private static final int MAX_BYTES_PER_INPUT_BYTE = 50_000;

  @FuzzTest
  void mapsEveryHostOnceOrSaysWhatIsWrong(byte[] input) throws Exception {
    String text = new String(input, StandardCharsets.UTF_8);
    SettingsErrors mistakes = new SettingsErrors();
    List<Mapping> mappings =
        Bounds.hold(input, MAX_BYTES_PER_INPUT_BYTE, () -> read(text, new SettingsErrors()));
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
      assertThat(lines.get(0)).startsWith(lines.size() - 1 + " error");
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

  /** Returns all properties of the mappings, for comparison. */
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
