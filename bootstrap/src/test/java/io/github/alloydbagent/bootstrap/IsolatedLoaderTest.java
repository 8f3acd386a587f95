package io.github.alloydbagent.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IsolatedLoaderTest {

  private static final String NAME = IsolatedLoaderTest.class.getName() + "$Isolated";
  private static final String LIBRARY = IsolatedLoaderTest.class.getName() + "$Library";

  @TempDir Path directory;

  @Test
  void loadsClassesThatOtherLoadersDoNotSee() throws Exception {
    Class<?> isolated = new IsolatedLoader(jar()).loadClass(NAME);

    assertThat(isolated).isNotEqualTo(Isolated.class);
    assertThat(isolated.getName()).isEqualTo(NAME);
  }

  @Test
  void loadsClassesAndFilesOfLibraries() throws Exception {
    IsolatedLoader loader = new IsolatedLoader(jar());

    assertThat(loader.loadClass(LIBRARY).getClassLoader()).isSameAs(loader);
    try (InputStream file = loader.getResourceAsStream("a/file")) {
      assertThat(file).hasBinaryContent(new byte[] {7});
    }
    assertThat(loader.getResourceAsStream("a/absent")).isNull();
  }

  @Test
  void namesAMissingClass() throws Exception {
    File file = TestJar.nesting(directory.resolve("agent.jar"), "inst/another.jar", Map.of());

    assertThatThrownBy(() -> new IsolatedLoader(file))
        .isInstanceOf(IOException.class)
        .hasMessage(file + " does not contain inst/isolated-agent.jar");
  }

  /** Behaves like another agent's transformer that loads the class being transformed. */
  @Test
  void acceptsAClassThatATransformerDefined() throws Exception {
    IsolatedLoader loader = new IsolatedLoader(jar());
    Class<?> first = loader.findClass(NAME);

    assertThat(loader.findClass(NAME)).isSameAs(first);
  }

  /**
   * This prevents other agents from instrumenting classes that they know by name: docs/safety.md.
   */
  @Test
  void hasNoClassFiles() throws Exception {
    IsolatedLoader loader = new IsolatedLoader(jar());

    assertThat(loader.getResource(file(NAME, ".class"))).isNull();
    assertThat(loader.getResourceAsStream(file(NAME, ".class"))).isNull();
    assertThat(loader.getResources(file(NAME, ".class")).hasMoreElements()).isFalse();
  }

  @Test
  void doesNotSeeTheApplication() throws Exception {
    IsolatedLoader loader = new IsolatedLoader(jar());

    assertThatThrownBy(() -> loader.loadClass(IsolatedLoaderTest.class.getName()))
        .isInstanceOf(ClassNotFoundException.class);
  }

  private File jar() throws Exception {
    return TestJar.storing(
        directory.resolve("agent.jar"),
        Map.of(
            "inst/isolated-agent.jar",
            TestJar.jar(Map.of(file(NAME, ".classdata"), classFile(NAME))),
            "inst/isolated-libraries.jar",
            TestJar.jar(
                Map.of(
                    file(LIBRARY, ".classdata"), classFile(LIBRARY), "a/file", new byte[] {7}))));
  }

  private static byte[] classFile(String name) throws IOException {
    try (InputStream file =
        IsolatedLoaderTest.class.getClassLoader().getResourceAsStream(file(name, ".class"))) {
      return Objects.requireNonNull(file).readAllBytes();
    }
  }

  private static String file(String name, String extension) {
    return name.replace('.', '/') + extension;
  }

  /** The content of the jar with the agent's classes. */
  static final class Isolated {}

  /** The content of the jar with the libraries. */
  static final class Library {}
}
