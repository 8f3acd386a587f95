package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
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

/** Checks that {@code docs/reliability.md} names exactly the existing tests of faults. */
class ReliabilityTest {
  private static final Pattern NAME = Pattern.compile("`(\\w+(?:IT|Test)\\.\\w+)`");

  private static final Set<Class<?>> OF_FAULTS =
      Set.of(
          ApiFaultsIT.class,
          ComparisonsIT.class,
          DeadlineIT.class,
          HangingApisIT.class,
          InterruptsIT.class,
          LogFaultsIT.class,
          RecoveryIT.class,
          RotatedKeyIT.class,
          ServerFaultsIT.class,
          SoakIT.class,
          StoppedProcessIT.class);

  @Test
  void thePageNamesExactlyTheFaultTests() throws IOException {
    assertThat(onThePage()).isEqualTo(tests());
  }

  @Test
  void everyRowNamesATest() throws IOException {
    String faults = page().substring(page().indexOf("## Admin API"));
    try (Stream<String> lines = faults.lines()) {
      assertThat(lines.filter(line -> line.startsWith("| ") && !line.startsWith("| fault |")))
          .filteredOn(line -> !line.startsWith("| case |"))
          .hasSizeGreaterThan(20)
          .allMatch(line -> NAME.matcher(line).find() || line.endsWith("| the same |"));
    }
  }

  /** Cases that do not need a separate JVM are tested by the agent's unit tests. */
  @Test
  void everyUnitTestOnThePageExists() throws IOException {
    Set<String> unitTests = named("Test");
    assertThat(unitTests).isNotEmpty().allMatch(ReliabilityTest::isUnitTest);
  }

  private static boolean isUnitTest(String name) {
    String file = name.substring(0, name.indexOf('.')) + ".java";
    String method = "void " + name.substring(name.indexOf('.') + 1) + "(";
    Path sources = Path.of("..", "agent", "src", "test", "java");
    try (Stream<Path> all = Files.walk(sources)) {
      for (Path path : all.filter(each -> each.endsWith(file)).toList()) {
        if (Files.readString(path).contains(method)) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String page() throws IOException {
    return Files.readString(Path.of("..", "docs", "reliability.md"));
  }

  private static Set<String> onThePage() throws IOException {
    return named("IT");
  }

  /** Returns the tests on the page whose class names have this suffix. */
  private static Set<String> named(String end) throws IOException {
    return NAME.matcher(page())
        .results()
        .map(name -> name.group(1))
        .filter(name -> name.substring(0, name.indexOf('.')).endsWith(end))
        .collect(Collectors.toCollection(TreeSet::new));
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
