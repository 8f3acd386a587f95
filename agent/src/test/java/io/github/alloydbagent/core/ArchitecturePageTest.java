package io.github.alloydbagent.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that the classes and packages in {@code docs/architecture.md} and its pictures exist. */
class ArchitecturePageTest {
  private static final Path ROOT = Path.of("src", "main", "java", "io", "github", "alloydbagent");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  /** A class or a member of one, optionally with its package. */
  private static final Pattern CLASS =
      Pattern.compile("(?:([a-z.]+)\\.)?([A-Z][A-Za-z]+[a-z][A-Za-z]*)(?:\\.[a-z<][A-Za-z>]*)?");

  /** Names of the JDK, the driver, the libraries and the tests. */
  private static final Set<String> FOREIGN_NAMES =
      Set.of(
          "ArchitectureTest",
          "Callable",
          "ClassFileTransformer",
          "ClassLoader",
          "ConnectionFactoryImpl",
          "Consumer",
          "Function",
          "IOException",
          "PGStream",
          "ProtocolConnectionImpl",
          "QueryExecutorBase",
          "SSLSocket",
          "Socket");

  @Test
  void hasARowForEachPackage() throws IOException {
    Set<String> rows = new TreeSet<>();
    for (String line : page().lines().toList()) {
      String[] cells = line.split("\\|", -1);
      if (cells.length == 5) {
        CODE.matcher(cells[2]).results().forEach(code -> rows.add(code.group(1)));
      }
    }

    assertThat(rows).containsExactlyInAnyOrderElementsOf(packages());
  }

  @Test
  void namesExistingClasses() throws IOException {
    Set<String> classes = classes();
    Set<String> simple = new TreeSet<>(FOREIGN_NAMES);
    classes.forEach(name -> simple.add(name.substring(name.lastIndexOf('.') + 1)));
    List<String> named = CODE.matcher(page()).results().map(code -> code.group(1)).toList();
    int count = 0;
    for (String code : named) {
      var matcher = CLASS.matcher(code);
      if (matcher.matches() && !code.startsWith("org.")) {
        count++;
        if (matcher.group(1) == null) {
          assertThat(simple).as(code).contains(matcher.group(2));
        } else {
          assertThat(classes).as(code).contains(matcher.group(1) + "." + matcher.group(2));
        }
      }
    }
    assertThat(count).isGreaterThan(15);
  }

  /** Every word in the pictures that looks like a class name is one. */
  @Test
  void thePicturesNameExistingClasses() throws IOException {
    Set<String> simple = new TreeSet<>(FOREIGN_NAMES);
    classes().forEach(name -> simple.add(name.substring(name.lastIndexOf('.') + 1)));
    for (String picture : List.of("connection.svg", "class-loaders.svg")) {
      String text =
          Files.readString(Path.of("..", "docs", "images", picture))
              .replaceAll("(?s)<style>.*?</style>|<[^>]*>", " ");
      List<String> named =
          Pattern.compile("\\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\\b")
              .matcher(text)
              .results()
              .map(word -> word.group())
              .filter(word -> !Set.of("AlloyDb", "PostgreSql", "HttpCore").contains(word))
              .toList();
      assertThat(named).as(picture).isNotEmpty();
      assertThat(simple).as(picture).containsAll(named);
      assertThat(page()).contains("images/" + picture);
    }
  }

  private static String page() throws IOException {
    return Files.readString(Path.of("..", "docs", "architecture.md"));
  }

  /**
   * Returns the packages below the project's root package, in the main sources of the modules and
   * in the test support code.
   */
  private static Set<String> packages() throws IOException {
    return names(file -> file.endsWith("package-info.java"), Path::getParent);
  }

  /** Returns classes as {@code package.Class}. */
  private static Set<String> classes() throws IOException {
    return names(file -> file.toString().endsWith(".java"), file -> file);
  }

  private static Set<String> names(Predicate<Path> wanted, UnaryOperator<Path> named)
      throws IOException {
    Set<String> names = new TreeSet<>();
    for (Path root : roots()) {
      try (Stream<Path> files = Files.walk(root)) {
        files
            .filter(wanted)
            .map(file -> root.relativize(named.apply(file)).toString())
            .forEach(name -> names.add(name.replace(".java", "").replace('/', '.')));
      }
    }
    names.remove("");
    return names;
  }

  private static List<Path> roots() {
    Path tests = Path.of("src", "test", "java", "io", "github", "alloydbagent");
    return List.of(
        Path.of("..", "bootstrap").resolve(ROOT),
        Path.of("..", "agent").resolve(ROOT),
        Path.of("..", "it-tests").resolve(ROOT),
        Path.of("..", "it-tests").resolve(tests));
  }
}
