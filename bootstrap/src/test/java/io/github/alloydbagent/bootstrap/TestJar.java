package io.github.alloydbagent.bootstrap;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.zip.CRC32;

/** Creates jars with a nested jar, like the agent's. */
final class TestJar {

  private TestJar() {}

  /** Creates a jar that contains only a jar of these files, uncompressed. */
  static File nesting(Path file, String name, Map<String, byte[]> files) throws IOException {
    return storing(file, Map.of(name, jar(files)));
  }

  /** Creates a jar of these files, uncompressed. */
  static File storing(Path file, Map<String, byte[]> files) throws IOException {
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> each : files.entrySet()) {
        JarEntry entry = new JarEntry(each.getKey());
        CRC32 crc = new CRC32();
        crc.update(each.getValue());
        entry.setMethod(JarEntry.STORED);
        entry.setSize(each.getValue().length);
        entry.setCrc(crc.getValue());
        out.putNextEntry(entry);
        out.write(each.getValue());
      }
    }
    return file.toFile();
  }

  static byte[] jar(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream out = new JarOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        out.putNextEntry(new JarEntry(file.getKey()));
        out.write(file.getValue());
      }
    }
    return bytes.toByteArray();
  }
}
