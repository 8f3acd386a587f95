package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Checks that the tests that {@code docs/safety.md} names exist, and that every risk and every
 * threat in it names one.
 */
class SafetyPageTest {
  private static final Pattern TEST = Pattern.compile("`([A-Z][A-Za-z0-9]*(?:Test|IT))`");
  private static final Pattern ROW =
      Pattern.compile("^\\| (?!Risk |---)[^|]+\\|.*$", Pattern.MULTILINE);

  @Test
  void everyNamedTestExists() throws IOException {
    Set<String> named = new TreeSet<>();
    TEST.matcher(page()).results().forEach(test -> named.add(test.group(1)));

    assertThat(named).hasSizeGreaterThan(40);
    assertThat(tests()).containsAll(named);
  }

  @Test
  void everyRiskHasATest() throws IOException {
    String table = page().split("## Risks and safeguards\n")[1].split("\n## ")[0];

    List<String> rows = ROW.matcher(table).results().map(row -> row.group()).toList();
    assertThat(rows).hasSizeGreaterThan(15).allMatch(row -> TEST.matcher(row).find());
  }

  @Test
  void everyThreatHasATest() throws IOException {
    String model = page().split("## Threat model\n")[1].split("\n## ")[0];

    assertThat(model.split("\n### "))
        .hasSizeGreaterThan(8)
        .allSatisfy(
            part -> {
              if (part.contains("- *")) {
                assertThat(part)
                    .contains("- *Threat.*", "- *Mitigation.*", "- *Residual risk.*")
                    .containsPattern(TEST);
              }
            });
  }

  private static String page() throws IOException {
    return Files.readString(Path.of("..", "docs", "safety.md"));
  }

  private static Set<String> tests() throws IOException {
    Set<String> tests = new TreeSet<>();
    for (String module : List.of("bootstrap", "agent", "it-tests")) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "test", "java"))) {
        files
            .map(file -> file.getFileName().toString())
            .filter(name -> name.endsWith(".java"))
            .forEach(name -> tests.add(name.substring(0, name.length() - ".java".length())));
      }
    }
    return tests;
  }
}
