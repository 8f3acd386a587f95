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

/** Checks that the variables set in {@code docs/rollout.md} and its files exist. */
class RolloutVariablesTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Pattern VARIABLE = Pattern.compile("\\bALLOYDB_[A-Z_]+");

  @Test
  void areKnown() throws IOException {
    List<String> named = new ArrayList<>(variables(DOCS.resolve("rollout.md")));
    try (Stream<Path> files = Files.walk(DOCS.resolve("rollout"))) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        named.addAll(variables(file));
      }
    }
    assertThat(named)
        .contains("ALLOYDB_INSTANCES", "ALLOYDB_AGENT_CONFIG_FILE", "ALLOYDB_AGENT_ENABLED")
        .isSubsetOf(
            Stream.concat(
                    Stream.of(SharedNames.SHORT_INSTANCES),
                    KnownSettings.ALL.stream().map(Setting::environmentVariable))
                .toList());
  }

  private static List<String> variables(Path file) throws IOException {
    return VARIABLE.matcher(Files.readString(file)).results().map(MatchResult::group).toList();
  }
}
