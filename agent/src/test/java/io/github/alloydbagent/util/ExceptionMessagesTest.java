package io.github.alloydbagent.util;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class ExceptionMessagesTest {

  @Test
  void endsASentenceWithOnePeriod() {
    assertThat(ExceptionMessages.sentence("refused")).isEqualTo("refused.");
    assertThat(ExceptionMessages.sentence("refused.")).isEqualTo("refused.");
  }

  @Test
  void unwrapsOnlyTheExceptionsOfFutures() {
    IOException failure = new IOException("refused", new RuntimeException("inner"));

    assertThat(
            ExceptionMessages.unwrapped(new ExecutionException(new CompletionException(failure))))
        .isSameAs(failure);
    assertThat(ExceptionMessages.unwrapped(failure)).isSameAs(failure);
  }

  @Test
  void keepsAWrapperWithoutCause() {
    CompletionException empty = new CompletionException("nothing inside", null);

    assertThat(ExceptionMessages.unwrapped(empty)).isSameAs(empty);
  }

  @Test
  void removesControlCharacters() {
    assertThat(
            ExceptionMessages.of(
                new IOException("\u001b[31mdenied\u0007\n\u009b\u2028\u202eforged ")))
        .isEqualTo("[31mdenied forged");
  }

  @Test
  void joinsSeveralLines() {
    assertThat(ExceptionMessages.inOneLine("a b")).isEqualTo("a b");
    assertThat(ExceptionMessages.inOneLine("")).isEmpty();
    assertThat(ExceptionMessages.inOneLine(" a  b\r\n\tc ")).isEqualTo("a b c");
    assertThat(ExceptionMessages.inOneLine("a ")).isEqualTo("a");
    assertThat(ExceptionMessages.inOneLine("\u00fc")).isEqualTo("\u00fc");
  }

  @Test
  void addsTheRootCauseIfItAddsInformation() {
    assertThat(ExceptionMessages.of(new IOException("no answer", new RuntimeException("reset"))))
        .isEqualTo("no answer (reset)");
    assertThat(
            ExceptionMessages.of(
                new IOException("no answer: reset", new RuntimeException("reset"))))
        .isEqualTo("no answer: reset");
  }

  @Test
  void aProcessWithoutFileDescriptorsIsToldOfItsLimit() {
    Throwable socket = new java.net.SocketException("Too many open files");
    assertThat(ExceptionMessages.fileLimitHint(new java.io.IOException("a", socket)))
        .contains("ulimit -n");
    assertThat(ExceptionMessages.fileLimitHint(new java.io.IOException("Connection refused")))
        .isEmpty();
    assertThat(ExceptionMessages.fileLimitHint(new java.io.IOException((String) null))).isEmpty();
  }
}
