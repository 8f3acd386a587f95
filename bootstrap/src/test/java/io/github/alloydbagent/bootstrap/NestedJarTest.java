package io.github.alloydbagent.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NestedJarTest {
  private static final String INNER = "inst/inner.jar";

  @TempDir Path directory;

  @Test
  void readsJarsOfOtherTools() throws Exception {
    Map<String, byte[]> files = files(3000);

    try (JarFile outer = new JarFile(TestJar.nesting(outer(), INNER, files))) {
      NestedJar nested = new NestedJar(outer, INNER);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        assertThat(nested.read(file.getKey())).as(file.getKey()).isEqualTo(file.getValue());
      }
    }
  }

  @Test
  void returnsNullForAMissingEntry() throws Exception {
    try (JarFile outer = new JarFile(TestJar.nesting(outer(), INNER, files(10)))) {
      NestedJar nested = new NestedJar(outer, INNER);

      assertThat(nested.read("a/absent")).isNull();
      assertThat(nested.read("")).isNull();
      assertThat(nested.read(INNER)).isNull();
    }
  }

  @Test
  void canBeEmpty() throws Exception {
    try (JarFile outer = new JarFile(TestJar.nesting(outer(), INNER, Map.of()))) {
      assertThat(new NestedJar(outer, INNER).read("a")).isNull();
    }
  }

  @Test
  void distinguishesNamesWithTheSameHash() throws Exception {
    assertThat(crc("plumless")).isEqualTo(crc("buckeroo"));
    assertThat(crc("codding")).isEqualTo(crc("gnu"));
    Map<String, byte[]> files =
        Map.of("plumless", bytes("one"), "buckeroo", bytes("two"), "codding", bytes("three"));

    try (JarFile outer = new JarFile(TestJar.nesting(outer(), INNER, files))) {
      NestedJar nested = new NestedJar(outer, INNER);
      assertThat(nested.read("plumless")).isEqualTo(bytes("one"));
      assertThat(nested.read("buckeroo")).isEqualTo(bytes("two"));
      assertThat(nested.read("codding")).isEqualTo(bytes("three"));
      assertThat(nested.read("gnu")).isNull();
    }
  }

  @Test
  void readsUncompressedEntries() throws Exception {
    byte[] inner =
        Files.readAllBytes(TestJar.storing(outer(), Map.of("a/file", bytes("text"))).toPath());

    try (JarFile outer = new JarFile(TestJar.storing(outer(), Map.of(INNER, inner)))) {
      assertThat(new NestedJar(outer, INNER).read("a/file")).isEqualTo(bytes("text"));
    }
  }

  @Test
  void isReadByManyThreads() throws Exception {
    Map<String, byte[]> files = files(300);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (JarFile outer = new JarFile(TestJar.nesting(outer(), INNER, files))) {
      NestedJar nested = new NestedJar(outer, INNER);
      List<Callable<byte[]>> reads = new ArrayList<>();
      files.keySet().forEach(name -> reads.add(() -> nested.read(name)));
      List<byte[]> wanted = new ArrayList<>(files.values());
      List<Future<byte[]>> found = threads.invokeAll(reads);
      for (int i = 0; i < wanted.size(); i++) {
        assertThat(found.get(i).get()).isEqualTo(wanted.get(i));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void rejectsAJarWithoutANestedJar() throws Exception {
    File file = TestJar.nesting(outer(), "another.jar", Map.of());

    assertRefused(file, file + " does not contain " + INNER);
  }

  @Test
  void readsARepackedJar() throws Exception {
    Map<String, byte[]> files = files(10);
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(outer()))) {
      out.putNextEntry(new JarEntry(INNER));
      out.write(TestJar.jar(files));
    }

    try (JarFile outer = new JarFile(outer().toFile())) {
      NestedJar nested = new NestedJar(outer, INNER);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        assertThat(nested.read(file.getKey())).isEqualTo(file.getValue());
      }
      assertThat(nested.read("absent")).isNull();
    }
  }

  /** Every changed byte and every truncation is detected or harmless. */
  @Test
  void rejectsDamagedJars() throws Exception {
    Map<String, byte[]> files = files(3);
    byte[] inner = TestJar.jar(files);
    for (int i = 0; i < inner.length; i++) {
      byte[] damaged = inner.clone();
      damaged[i] ^= 0x55;
      readAll(damaged, files);
      readAll(Arrays.copyOf(inner, i), files);
    }
    byte[] ended = Arrays.copyOf(inner, inner.length - 1);
    File file = TestJar.storing(outer(), Map.of(INNER, ended));
    assertRefused(file, INNER + " in " + file + " is damaged");
  }

  private void readAll(byte[] inner, Map<String, byte[]> files) throws IOException {
    try (JarFile outer = new JarFile(TestJar.storing(outer(), Map.of(INNER, inner)))) {
      NestedJar nested = new NestedJar(outer, INNER);
      for (String name : files.keySet()) {
        nested.read(name);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining(INNER);
    }
  }

  private static void assertRefused(File file, String message) throws IOException {
    try (JarFile outer = new JarFile(file)) {
      assertThatThrownBy(() -> new NestedJar(outer, INNER))
          .isInstanceOf(IOException.class)
          .hasMessage(message);
    }
  }

  /** Some compressible and some incompressible content. */
  private static Map<String, byte[]> files(int count) {
    Random random = new Random(1);
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      byte[] content = new byte[random.nextInt(300)];
      if (i % 2 == 0) {
        random.nextBytes(content);
      }
      files.put("a/package" + i % 7 + "/Üml" + i, content);
    }
    return files;
  }

  private Path outer() {
    return directory.resolve("outer.jar");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static long crc(String text) {
    CRC32 crc = new CRC32();
    crc.update(bytes(text));
    return crc.getValue();
  }
}
