package io.github.alloydbagent.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class OutputTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void aTerminalHasColorsAndProgress() {
    Output output = output(true, null, "xterm");

    output.showProgress("orders-db: TCP");

    assertThat(output.usesColors()).isTrue();
    assertThat(output.inGreen("ok")).isEqualTo("\u001b[32mok\u001b[0m");
    assertThat(err.toString()).isEqualTo("\r\u001b[Korders-db: TCP");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void anErrorClearsTheProgress() {
    output(true, "", "xterm").printError("no such process");

    assertThat(err.toString()).startsWith("\r\u001b[Kalloydb-agent: no such process");
  }

  @Test
  void textFromOutsideCannotSteerTheTerminal() {
    Output output = output(true, null, "xterm");

    output.showProgress("a\u001b]0;title\u0007b");
    output.printError("denied\u001b[2J\nforged");

    assertThat(err.toString())
        .isEqualTo(
            "\r\u001b[Ka ]0;title b\r\u001b[Kalloydb-agent: denied [2J\n  forged"
                + System.lineSeparator());
  }

  @Test
  void aFileHasNeitherColorsNorProgress() {
    Output output = output(false, null, "xterm");

    output.showProgress("orders-db: TCP");

    assertThat(output.inGreen("ok") + output.inRed("FAILED")).isEqualTo("okFAILED");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void respectsNoColorAndADumbTerminal() {
    assertThat(output(true, "1", "xterm").inRed("FAILED")).isEqualTo("FAILED");
    assertThat(output(true, null, "dumb").usesColors()).isFalse();
  }

  private Output output(boolean terminal, String noColor, String kind) {
    return new Output(
        new PrintStream(out, true), new PrintStream(err, true), terminal, noColor, kind);
  }
}
