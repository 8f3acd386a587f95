package io.github.alloydbagent.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IsolatedLoaderTest {

  private static final String NAME = IsolatedLoaderTest.class.getName() + "$Isolated";

  @TempDir Path directory;

  @Test
  void loadsClassesThatOthersDoNotSee() throws Exception {
    Class<?> isolated = new IsolatedLoader(jar()).loadClass(NAME);

    assertThat(isolated).isNotEqualTo(Isolated.class);
    assertThat(isolated.getName()).isEqualTo(NAME);
  }

  /** As another agent's transformer does it that loads the class which it is asked about. */
  @Test
  void takesAClassThatWasDefinedWhileItWasBeingDefined() throws Exception {
    IsolatedLoader loader = new IsolatedLoader(jar());
    Class<?> first = loader.findClass(NAME);

    assertThat(loader.findClass(NAME)).isSameAs(first);
  }

  /** That keeps other agents from instrumenting what they know by name: docs/safety.md. */
  @Test
  void hasNoClassFiles() throws Exception {
    IsolatedLoader loader = new IsolatedLoader(jar());

    assertThat(loader.getResource(file(".class"))).isNull();
    assertThat(loader.getResourceAsStream(file(".class"))).isNull();
    assertThat(loader.getResources(file(".class")).hasMoreElements()).isFalse();
  }

  @Test
  void doesNotSeeTheApplication() throws Exception {
    IsolatedLoader loader = new IsolatedLoader(jar());

    assertThatThrownBy(() -> loader.loadClass(IsolatedLoaderTest.class.getName()))
        .isInstanceOf(ClassNotFoundException.class);
  }

  private File jar() throws Exception {
    Path jar = directory.resolve("agent.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        InputStream isolated =
            IsolatedLoaderTest.class.getClassLoader().getResourceAsStream(file(".class"))) {
      entries.putNextEntry(new JarEntry("inst/" + file(".classdata")));
      entries.write(Objects.requireNonNull(isolated).readAllBytes());
    }
    return jar.toFile();
  }

  private static String file(String extension) {
    return NAME.replace('.', '/') + extension;
  }

  /** What lies in the jar. */
  static final class Isolated {}
}
