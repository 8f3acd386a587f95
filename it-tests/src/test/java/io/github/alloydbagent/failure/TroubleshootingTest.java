package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page and the code agree; that every failure is on the page, its own tests hold. */
class TroubleshootingTest {

  @Test
  void everyMessageOfThePageIsTheAgents() throws IOException {
    String sources = sources("agent") + sources("bootstrap");
    assertThat(Troubleshooting.phrases()).hasSizeGreaterThan(30);
    assertThat(Troubleshooting.phrases())
        .allSatisfy(
            phrase ->
                assertThat(phrase.split("\\.\\.\\.|[0-9]+$"))
                    .allMatch(part -> sources.contains(part.strip()), "is in the sources"));
  }

  @Test
  void aMessageThatThePageLacksIsNoticed() {
    assertThat(Troubleshooting.knows("the moon is full")).isFalse();
    assertThat(Troubleshooting.knows("x answered HTTP 403 when asked")).isTrue();
    assertThat(Troubleshooting.knows("the instance has no PSC address; it has none")).isTrue();
  }

  /** All sources, texts that are broken into pieces put together again. */
  private static String sources(String module) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(TroubleshootingTest::read)
          .collect(Collectors.joining("\n"))
          .replaceAll("\"\\s*\\+ \"", "");
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
