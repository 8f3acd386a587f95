package io.github.alloydbagent.util;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {

  @Test
  void keepsHarmlessText() {
    String text = "höst \"orders-db\"\tat 10.1.2.3, 日本語 \ud83d\ude00";

    assertThat(Printable.line(text)).isSameAs(text);
    assertThat(Printable.lines(text)).isSameAs(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\0", "\u001b", "\b", "\r", "\u007f", "\u0085", "\u009b", "\u2028", "\u202e", "\u200b"
      })
  void removesControlAndInvisibleCharacters(String bad) {
    assertThat(Printable.lines("a" + bad + "b")).isEqualTo("a b");
    assertThat(Printable.line("a" + bad + "b")).isEqualTo("a b");
  }

  @Test
  void indentsFurtherLinesSoThatNoneImitatesALogLine() {
    String forged = "denied\n2026-11-24T00:00:00Z INFO alloydb-agent: all is well\r\nand more\n";

    assertThat(Printable.lines(forged).split("\n"))
        .containsExactly(
            "denied",
            "  2026-11-24T00:00:00Z INFO alloydb-agent: all is well ",
            "  and more",
            "  ");
    assertThat(Printable.line(forged)).doesNotContain("\n");
  }

  @Test
  void keepsIndentedLines() {
    String mistakes = "2 mistakes:\n  - one\n\tat Two";

    assertThat(Printable.lines(mistakes)).isEqualTo(mistakes);
  }
}
