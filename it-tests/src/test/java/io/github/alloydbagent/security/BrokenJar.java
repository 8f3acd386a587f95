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

/** The agent's jar as something has damaged it. */
final class BrokenJar {

  private BrokenJar() {}

  /** All that the JVM needs to start the agent, and nothing of what it then loads. */
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
