package io.github.alloydbagent.jvm;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * The entries of the agent's jar, by name.
 *
 * @param outer the entries that applications can see
 * @param isolated the entries of the nested jars, for the agent's own class loader
 */
public record AgentJar(Map<String, byte[]> outer, Map<String, byte[]> isolated) {

  /** The names of the nested jars. */
  public static final List<String> ISOLATED =
      List.of("inst/isolated-agent.jar", "inst/isolated-libraries.jar");

  public static AgentJar read(Path file) throws IOException {
    Map<String, byte[]> outer = entries(Files.readAllBytes(file));
    Map<String, byte[]> isolated = new LinkedHashMap<>();
    for (String jar : ISOLATED) {
      isolated.putAll(entries(outer.get(jar)));
    }
    return new AgentJar(outer, isolated);
  }

  /** Returns the entries of a jar, by name. */
  public static Map<String, byte[]> entries(byte[] jar) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (InputStream bytes = new ByteArrayInputStream(jar);
        ZipInputStream in = new ZipInputStream(bytes)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (entries.put(entry.getName(), in.readAllBytes()) != null) {
          throw new IOException(entry.getName() + " is there twice");
        }
      }
    }
    return entries;
  }
}
