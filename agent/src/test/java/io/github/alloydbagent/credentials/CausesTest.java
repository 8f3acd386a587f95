package io.github.alloydbagent.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class CausesTest {

  @Test
  void endsASentenceWithOneFullStop() {
    assertThat(Causes.sentence("refused")).isEqualTo("refused.");
    assertThat(Causes.sentence("refused.")).isEqualTo("refused.");
  }

  @Test
  void takesTheWrappingOfFuturesOffAndNothingElse() {
    IOException failure = new IOException("refused", new RuntimeException("inner"));

    assertThat(Causes.unwrapped(new ExecutionException(new CompletionException(failure))))
        .isSameAs(failure);
    assertThat(Causes.unwrapped(failure)).isSameAs(failure);
  }

  @Test
  void leavesAWrappingWithoutContentAsItIs() {
    CompletionException empty = new CompletionException("nothing inside", null);

    assertThat(Causes.unwrapped(empty)).isSameAs(empty);
  }

  @Test
  void saysNothingThatWouldSteerATerminal() {
    assertThat(Causes.of(new IOException("\u001b[31mdenied\u0007\n\u009b\u2028\u202eforged ")))
        .isEqualTo("[31mdenied forged");
  }

  @Test
  void putsWhatHasSeveralLinesIntoOne() {
    assertThat(Causes.inOneLine("a b")).isEqualTo("a b");
    assertThat(Causes.inOneLine("")).isEmpty();
    assertThat(Causes.inOneLine(" a  b\r\n\tc ")).isEqualTo("a b c");
    assertThat(Causes.inOneLine("a ")).isEqualTo("a");
    assertThat(Causes.inOneLine("\u00fc")).isEqualTo("\u00fc");
  }

  @Test
  void addsTheInnermostCauseWhereItSaysMore() {
    assertThat(Causes.of(new IOException("no answer", new RuntimeException("reset"))))
        .isEqualTo("no answer (reset)");
    assertThat(Causes.of(new IOException("no answer: reset", new RuntimeException("reset"))))
        .isEqualTo("no answer: reset");
  }

  @Test
  void aProcessWithoutFileDescriptorsIsToldOfItsLimit() {
    Throwable socket = new java.net.SocketException("Too many open files");
    assertThat(Causes.fileLimitHint(new java.io.IOException("a", socket))).contains("ulimit -n");
    assertThat(Causes.fileLimitHint(new java.io.IOException("Connection refused"))).isEmpty();
    assertThat(Causes.fileLimitHint(new java.io.IOException((String) null))).isEmpty();
  }
}
