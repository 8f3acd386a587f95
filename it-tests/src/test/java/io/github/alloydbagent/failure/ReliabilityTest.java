package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** {@code docs/reliability.md} names the tests of faults that there are, and no others. */
class ReliabilityTest {
  private static final Pattern NAME = Pattern.compile("`(\\w+(?:IT|Test)\\.\\w+)`");

  private static final Set<Class<?>> OF_FAULTS =
      Set.of(
          ApiFaultsIT.class,
          ComparisonsIT.class,
          DeadlineIT.class,
          HangingApisIT.class,
          LogFaultsIT.class,
          RecoveryIT.class,
          ServerFaultsIT.class,
          SoakIT.class,
          StoppedProcessIT.class);

  @Test
  void thePageNamesEveryTestOfAFaultAndNoneElse() throws IOException {
    assertThat(onThePage()).isEqualTo(tests());
  }

  @Test
  void everyRowNamesATest() throws IOException {
    try (Stream<String> lines = page().lines()) {
      assertThat(lines.filter(line -> line.startsWith("| ") && !line.startsWith("| fault |")))
          .filteredOn(line -> !line.startsWith("| case |"))
          .hasSizeGreaterThan(20)
          .allMatch(line -> NAME.matcher(line).find() || line.endsWith("| the same |"));
    }
  }

  private static String page() throws IOException {
    return Files.readString(Path.of("..", "docs", "reliability.md"));
  }

  /** What needs no JVM of its own is a unit test. */
  @Test
  void theUnitTestsThatItNamesAreThere() throws IOException {
    Set<String> named = named();
    named.removeAll(tests());
    assertThat(named).isNotEmpty();
    for (String test : named) {
      String type = test.substring(0, test.indexOf('.'));
      String method = test.substring(test.indexOf('.') + 1);
      try (Stream<Path> files = Files.walk(Path.of("..", "agent", "src", "test", "java"))) {
        Path file =
            files
                .filter(path -> path.getFileName().toString().equals(type + ".java"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no class " + type));
        assertThat(Files.readString(file)).as(test).contains(" void " + method + "(");
      }
    }
  }

  private static Set<String> named() throws IOException {
    return NAME.matcher(page())
        .results()
        .map(name -> name.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> onThePage() throws IOException {
    Set<String> named = named();
    named.removeIf(test -> !test.matches("\\w+IT\\.\\w+"));
    return named;
  }

  private static Set<String> tests() {
    return OF_FAULTS.stream()
        .flatMap(
            type ->
                Arrays.stream(type.getDeclaredMethods())
                    .filter(method -> AnnotationSupport.isAnnotated(method, Testable.class))
                    .map(method -> type.getSimpleName() + "." + method.getName()))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
