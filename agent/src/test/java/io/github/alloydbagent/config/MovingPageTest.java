package io.github.alloydbagent.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.config.setting.KnownSettings;
import io.github.alloydbagent.config.setting.Setting;
import io.github.alloydbagent.config.source.SharedNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that the settings and variables that {@code docs/moving.md} recommends exist. */
class MovingPageTest {
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern VARIABLE = Pattern.compile("ALLOYDB_(?!PROXY)[A-Z_]+");

  @Test
  void namesKnownSettings() throws IOException {
    List<String> named = new ArrayList<>();
    for (String line : page().lines().toList()) {
      String[] cells = line.split("\\|", -1);
      if (cells.length == 5 && !cells[2].contains("---") && !cells[2].equals(" setting ")) {
        CODE.matcher(cells[2]).results().map(result -> result.group(1)).forEach(named::add);
      }
    }
    assertThat(named).hasSizeGreaterThan(20);
    assertThat(named).isSubsetOf(KnownSettings.names(KnownSettings.ALL));
  }

  @Test
  void namesKnownVariables() throws IOException {
    assertThat(VARIABLE.matcher(page()).results().map(MatchResult::group))
        .contains("ALLOYDB_INSTANCES", "ALLOYDB_AGENT_DISCOVER")
        .isSubsetOf(
            Stream.concat(
                    Stream.of(SharedNames.SHORT_INSTANCES),
                    KnownSettings.ALL.stream().map(Setting::environmentVariable))
                .toList());
  }

  private static String page() throws IOException {
    return Files.readString(Path.of("..", "docs", "moving.md"));
  }
}
