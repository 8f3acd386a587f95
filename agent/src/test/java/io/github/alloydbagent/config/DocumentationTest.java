package io.github.alloydbagent.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class DocumentationTest {

  @Test
  void hasARowForEachSettingInTheirOrder() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("..", "docs", "configuration.md"));
    int header = lines.indexOf("| setting | default | per instance | meaning |");
    assertThat(header).as("the table's head in docs/configuration.md").isNotNegative();
    int end = lines.subList(header, lines.size()).indexOf("") + header;
    assertThat(lines.subList(header + 2, end))
        .containsExactlyElementsOf(KnownSettings.ALL.stream().map(this::row).toList());
  }

  private String row(Setting<?> setting) {
    String perInstance = setting.perInstance ? "yes" : "";
    return "| `%s` | %s | %s | %s |"
        .formatted(setting.name, setting.shownDefault, perInstance, setting.meaning);
  }
}
