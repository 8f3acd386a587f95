package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTableTest {

  private static final String TEXT =
      """
      # Page

      <!-- fruits: written by a test -->
      | fruit | colour | works |
      |---|---|---|
      | apple | red | yes |
      | apple tree | green | no |
      <!-- end of fruits -->

      <!-- others: written by a test -->
      | fruit | colour |
      |---|---|
      | pear | green |
      <!-- end of others -->
      """;

  private Path page;

  @BeforeEach
  void write(@TempDir Path directory) throws IOException {
    page = Files.writeString(directory.resolve("page.md"), TEXT);
  }

  @Test
  void acceptsAnEqualRow() throws IOException {
    reading("fruits").holds("apple", "red", "yes");
    reading("fruits").holds("apple tree", "green", "no");
    reading("fruits").holdsCell("apple", "works", "yes");
    reading("others").holds("pear", "green");
    assertThat(page).content().isEqualTo(TEXT);
  }

  @Test
  void rejectsAMissingRow() throws IOException {
    assertFails(() -> reading("fruits").holds("apple", "red", "no"));
    assertFails(() -> reading("fruits").holds("pear", "green", "yes"));
    assertFails(() -> reading("fruits").holds("app", "red", "yes"));
    assertFails(() -> reading("fruits").holdsCell("apple", "works", "no"));
    assertFails(() -> reading("fruits").holdsCell("pear", "works", "yes"));
    assertThat(page).content().isEqualTo(TEXT);
  }

  @Test
  void writingReplacesOnlyOneRow() throws IOException {
    writing("fruits").holds("apple", "yellow", "yes");
    assertThat(page).content().isEqualTo(TEXT.replace("apple | red", "apple | yellow"));
    reading("fruits").holds("apple", "yellow", "yes");
  }

  @Test
  void writingAppendsANewRow() throws IOException {
    writing("fruits").holds("pear", "green", "yes");
    assertThat(page)
        .content()
        .isEqualTo(TEXT.replace("<!-- end of f", "| pear | green | yes |\n<!-- end of f"));
  }

  @Test
  void writingACellKeepsTheOthersOfItsRow() throws IOException {
    writing("fruits").holdsCell("apple", "works", "no");
    writing("fruits").holdsCell("plum", "works", "yes");
    assertThat(page)
        .content()
        .isEqualTo(
            TEXT.replace("apple | red | yes", "apple | red | no")
                .replace("<!-- end of f", "| plum | – | yes |\n<!-- end of f"));
    reading("fruits").holdsCell("plum", "works", "yes");
    writing("fruits").holdsCell("plum", "colour", "blue");
    reading("fruits").holds("plum", "blue", "yes");
  }

  @Test
  void failsForAMissingTableOrColumn() {
    assertThatIllegalStateException()
        .isThrownBy(() -> writing("nuts").holds("apple", "red", "yes"))
        .withMessageContaining("has no line <!-- nuts: ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writing("fruits").holdsCell("apple", "taste", "sweet"))
        .withMessage("the table of fruits has no column taste");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writing("fruits").holds("apple", "red"))
        .withMessage("the table of fruits has other columns than | apple | red |");
    assertThat(page).content().isEqualTo(TEXT);
  }

  private static void assertFails(Runnable check) {
    assertThatThrownBy(check::run)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("docs/compatibility.md, table of fruits");
  }

  private PageTable reading(String table) {
    return new PageTable(table, page, false);
  }

  private PageTable writing(String table) {
    return new PageTable(table, page, true);
  }
}
