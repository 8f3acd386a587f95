package io.github.alloydbagent.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.config.setting.InvalidValueException;
import io.github.alloydbagent.config.setting.KnownSettings;
import io.github.alloydbagent.config.setting.Setting;
import io.github.alloydbagent.config.source.SettingsSources;
import io.github.alloydbagent.config.source.SharedNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/configuration.md}, and every mention of a setting in other pages, agree with the
 * code.
 */
class DocumentationTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Pattern LINK = Pattern.compile("\\]\\(([a-z]*\\.md)?#([a-z-]+)\\)");

  /** Names on the pages that are explicitly not settings of the agent. */
  private static final Set<String> FOREIGN_NAMES =
      Set.of("ALLOYDB_USER", "ALLOYDB_INSTANCE", "ALLOYDB_IP_TYPE");

  private static final Pattern NAMED =
      Pattern.compile(
          "\\b(ALLOYDB_(?!PROXY)[A-Z_]+[A-Z])\\b|-D(alloydb\\.[a-z.-]*[a-z])|--set ([a-z-]+)=");

  @Test
  void hasARowForEachSettingInTheirOrder() throws IOException {
    List<String> lines = Files.readAllLines(DOCS.resolve("configuration.md"));
    int header = lines.indexOf("| setting | default | per instance | meaning |");
    assertThat(header).as("the table's head in docs/configuration.md").isNotNegative();
    int end = lines.subList(header, lines.size()).indexOf("") + header;
    assertThat(lines.subList(header + 2, end))
        .containsExactlyElementsOf(KnownSettings.ALL.stream().map(this::row).toList());
  }

  /** The default of every setting is one of its valid values. */
  @Test
  void everyDefaultIsAValidValue() throws InvalidValueException {
    for (Setting<?> setting : KnownSettings.ALL) {
      if (setting.defaultText != null) {
        assertThat(setting.syntax.parse(setting.defaultText)).as(setting.name).isNotNull();
        assertThat(setting.shownDefault).isEqualTo("`" + setting.defaultText + "`");
      }
    }
    assertThat(KnownSettings.CONFIG_FILE.shownDefault)
        .startsWith("`" + SettingsSources.DEFAULT_FILE + "`");
  }

  /** Checks the links of the table, and all links between pages. */
  @Test
  void everyLinkToAHeadingResolves() throws IOException {
    List<String> links = new ArrayList<>();
    for (Path page : pages()) {
      LINK.matcher(Files.readString(page))
          .results()
          .forEach(
              link ->
                  links.add(
                      (link.group(1) == null ? page.getFileName() : link.group(1))
                          + "#"
                          + link.group(2)));
    }
    Set<String> headings = new TreeSet<>();
    for (Path page : pages()) {
      for (String line : Files.readAllLines(page)) {
        if (line.startsWith("#")) {
          headings.add(page.getFileName() + "#" + anchor(line));
        }
      }
    }
    assertThat(links).hasSizeGreaterThan(10);
    assertThat(headings).containsAll(links);
  }

  /** Builds an anchor as GitHub does. */
  private static String anchor(String heading) {
    return heading
        .replaceFirst("^#+ ", "")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^a-z0-9 _-]", "")
        .replace(' ', '-');
  }

  @Test
  void noPageNamesAnUnknownSetting() throws IOException {
    Set<String> known = new TreeSet<>(FOREIGN_NAMES);
    known.add(SharedNames.SHORT_INSTANCES);
    for (Setting<?> setting : KnownSettings.ALL) {
      known.addAll(
          Arrays.asList(setting.name, setting.systemProperty(), setting.environmentVariable()));
    }
    Set<String> named = new TreeSet<>();
    for (Path page : pages()) {
      NAMED
          .matcher(Files.readString(page))
          .results()
          .forEach(
              name ->
                  named.add(
                      name.group(1) != null
                          ? name.group(1)
                          : name.group(2) != null ? name.group(2) : name.group(3)));
    }
    assertThat(named).hasSizeGreaterThan(5);
    assertThat(known).containsAll(named);
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> pages = Files.list(DOCS)) {
      return Stream.concat(
              pages.filter(page -> page.toString().endsWith(".md")),
              Stream.of(DOCS.resolve("../README.md")))
          .sorted()
          .toList();
    }
  }

  private String row(Setting<?> setting) {
    String perInstance = setting.isPerInstance() ? "yes" : "";
    return "| `%s` | %s | %s | %s |"
        .formatted(setting.name, setting.shownDefault, perInstance, setting.meaning);
  }
}
