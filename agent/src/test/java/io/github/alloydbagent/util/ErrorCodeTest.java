package io.github.alloydbagent.util;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {

  @Test
  void codesAreUniqueAndInOrder() {
    assertThat(ErrorCode.values())
        .extracting(ErrorCode::toString)
        .doesNotHaveDuplicates()
        .isSorted()
        .allMatch(code -> code.matches("AAJ-[1-9][0-9]{2}"));
  }

  @Test
  void messagesBeginWithTheCode() {
    assertThat(ErrorCode.TCP_REFUSED.message("no connection")).isEqualTo("AAJ-401: no connection");
    assertThat(ErrorCode.TCP_REFUSED.driverMessage("no connection"))
        .isEqualTo("AlloyDB Agent: AAJ-401: no connection");
  }

  @Test
  void readsTheCodeOfAMessage() {
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(ErrorCode.findIn(code.message("it failed"))).isEqualTo(code.toString());
      assertThat(ErrorCode.findIn(code.driverMessage("it failed"))).isEqualTo(code.toString());
    }
    assertThat(ErrorCode.findIn("PostgreSQL answers AAJ-401: no")).isNull();
    assertThat(ErrorCode.findIn("AAJ-4")).isNull();
    assertThat(ErrorCode.findIn("")).isNull();
  }

  @Test
  void theOutermostCodeOfAChainCounts() {
    IOException inner = new CodedException(ErrorCode.HTTP_PROXY_FAILED, "407");
    assertThat(ErrorCode.of(new IOException("failed", inner), ErrorCode.API_UNREACHABLE))
        .isEqualTo(ErrorCode.HTTP_PROXY_FAILED);
    IOException outer = new CodedException(ErrorCode.API_REDIRECTED, "302", inner);
    assertThat(ErrorCode.of(new IOException(outer), ErrorCode.API_UNREACHABLE))
        .isEqualTo(ErrorCode.API_REDIRECTED);
  }

  @Test
  void findsAMissingFileDescriptorAndOtherwiseTheGivenCode() {
    assertThat(ErrorCode.of(new IOException("x (Too many open files)"), ErrorCode.TCP_FAILED))
        .isEqualTo(ErrorCode.NO_FILE_DESCRIPTORS);
    assertThat(ErrorCode.of(new IOException("x"), ErrorCode.TCP_FAILED))
        .isEqualTo(ErrorCode.TCP_FAILED);
  }
}
