package io.github.alloydbagent.util;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The code and docs/troubleshooting.md agree, both ways, about the codes of failures. */
class TroubleshootingPageTest {

  private static List<String> found(String regex) throws IOException {
    String page = Files.readString(Path.of("..", "docs", "troubleshooting.md"));
    return Pattern.compile(regex, Pattern.MULTILINE)
        .matcher(page)
        .results()
        .map(MatchResult::group)
        .map(text -> text.replace("### ", ""))
        .toList();
  }

  /** Those of the agent and those of its entry point, in order. */
  private static List<String> codes() throws ReflectiveOperationException {
    List<String> codes = new ArrayList<>();
    for (ErrorCode code : ErrorCode.values()) {
      codes.add(code.toString());
    }
    Class<?> bootstrap = Class.forName("io.github.alloydbagent.bootstrap.BootstrapCodes");
    for (Field field : bootstrap.getDeclaredFields()) {
      if (field.getType() == String.class) {
        field.setAccessible(true);
        codes.add(((String) field.get(null)).replace(": ", ""));
      }
    }
    return codes.stream().sorted().toList();
  }

  @Test
  void everyCodeHasASectionInOrder() throws Exception {
    assertThat(found("^### AAJ-[0-9]{3}(?= \\S)")).containsExactlyElementsOf(codes());
  }

  @Test
  void thePageNamesNoOtherCode() throws Exception {
    assertThat(codes()).doesNotHaveDuplicates().containsAll(found("AAJ-[0-9]{3}"));
  }
}
