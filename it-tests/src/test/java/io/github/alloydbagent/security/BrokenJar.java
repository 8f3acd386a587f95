package io.github.alloydbagent.security;

import io.github.alloydbagent.jvm.Built;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/** Creates damaged copies of the agent's jar. */
final class BrokenJar {

  private BrokenJar() {}

  /**
   * Keeps everything that the JVM needs to start the agent, and nothing that the agent then loads.
   */
  static Path withoutAgent(Path directory) throws IOException {
    Path broken = directory.resolve("broken-agent.jar");
    try (JarFile whole = new JarFile(Built.agentJar().toFile());
        OutputStream file = Files.newOutputStream(broken);
        JarOutputStream out = new JarOutputStream(file)) {
      for (JarEntry entry : Collections.list(whole.entries())) {
        if (!entry.getName().startsWith("inst/")) {
          out.putNextEntry(new JarEntry(entry.getName()));
          whole.getInputStream(entry).transferTo(out);
        }
      }
    }
    return broken;
  }
}
