package io.github.alloydbagent.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Checks that the page and its files agree. */
class RolloutPageTest {
  /** Sections that do not describe a platform. */
  private static final Set<String> GENERAL = Set.of("Before you begin", "Tested platforms");

  @Test
  void pageListsEveryFile() throws IOException {
    List<String> files = RolloutFile.all().stream().map(RolloutFile::name).toList();
    assertThat(new RolloutPage().links()).containsExactlyInAnyOrderElementsOf(files);
  }

  @Test
  void quotesMatchTheFiles() throws IOException {
    List<Map.Entry<String, String>> quotes = new RolloutPage().quotes();
    assertThat(quotes).hasSizeGreaterThan(8);
    for (Map.Entry<String, String> quote : quotes) {
      String text = new RolloutFile(quote.getKey()).text();
      assertThat(IntStream.range(0, 20).mapToObj(quote.getValue()::indent))
          .as("indentations in a quote of %s", quote.getKey())
          .anyMatch(text::contains);
    }
  }

  @Test
  void aQuoteIsTheBlockAfterTheLink() {
    RolloutPage page =
        new RolloutPage(
            "[a](rollout/a.sh) in `bin`:\n\n    one\n\n      two\n\nthree\n\n    four\n");
    assertThat(page.quotes()).containsExactly(Map.entry("a.sh", "one\n\n  two\n"));
  }

  @Test
  void everyPlatformDescribesVerificationAndRollback() throws IOException {
    Map<String, String> sections = new RolloutPage().sections();
    assertThat(sections).hasSizeGreaterThan(10).containsKeys(GENERAL.toArray(String[]::new));
    assertThat(sections)
        .allSatisfy(
            (heading, text) -> {
              if (!GENERAL.contains(heading)) {
                assertThat(text).contains("**Verify**", "**Turn off**");
              }
            });
  }
}
