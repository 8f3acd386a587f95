package io.github.alloydbagent.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * JVMs in which the server's address is mapped to an instance that the Admin API denies: anything
 * that arrives at the server is unprotected, and no connection can succeed.
 */
final class Attacked {
  static final String STREAM = "org.postgresql.core.PGStream";
  static final String FACTORY = "org.postgresql.core.v3.ConnectionFactoryImpl";

  /** The JDKs to attack: a sample, or all of them with {@code -Dit.jdks=all}. */
  static final List<Integer> JDKS =
      "all".equals(System.getProperty("it.jdks")) ? Jdk.VERSIONS : List.of(8, 17, 25);

  private Attacked() {}

  static Jvm mapped(Jvm jvm, PlainTextServer server) {
    return jvm.environment(
            "ALLOYDB_INSTANCES",
            server.host() + ":" + server.port() + "=projects/p/locations/l/clusters/c/instances/i")
        .environment("ALLOYDB_AGENT_API_ENDPOINT", server.apiUrl())
        .environment("ALLOYDB_AGENT_ACCESS_TOKEN", "token-of-a-test")
        .environment("ALLOYDB_AGENT_CONNECT_TIMEOUT", "30s");
  }

  /** Adds an invalid setting, so that every connection is refused immediately. */
  static Jvm mistaken(Jvm jvm) {
    return jvm.environment("ALLOYDB_INSTANCES", "no mapping");
  }

  /** Tries to connect once with each URL. */
  static JvmResult attempts(Jvm jvm, String... urls) {
    JvmResult result = jvm.main("apps.Attempts", urls).run().checkSucceeded();
    assertThat(outcomes(result)).as(result.toString()).hasSize(urls.length);
    return result;
  }

  static List<String> outcomes(JvmResult result) {
    return result.outLines().stream().filter(line -> line.startsWith("attempt: ")).toList();
  }

  /** Asserts that nothing arrived at the server, and that the agent refused the connections. */
  static void assertProtected(PlainTextServer server, JvmResult result) {
    assertThat(server.received()).as(result.toString()).isEmpty();
    assertThat(outcomes(result))
        .as(result.toString())
        .isNotEmpty()
        .allMatch(outcome -> outcome.contains("AlloyDB Agent"));
  }

  /** Creates the jar of an agent of {@code src/apps}. */
  static Path agentJar(Path directory, String agent) throws IOException {
    return jar(directory, agent + ".jar", agent, agent);
  }

  /**
   * Creates a jar with classes of {@code src/apps}.
   *
   * @param agent the class that is an agent, or null
   */
  static Path jar(Path directory, String name, @Nullable String agent, String... classes)
      throws IOException {
    Path jar = directory.resolve(name);
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (agent != null) {
      manifest.getMainAttributes().putValue("Premain-Class", "apps." + agent);
      manifest.getMainAttributes().putValue("Can-Retransform-Classes", "true");
    }
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest)) {
      for (String each : classes) {
        out.putNextEntry(new JarEntry("apps/" + each + ".class"));
        out.write(Files.readAllBytes(Built.apps().resolve("apps/" + each + ".class")));
      }
    }
    return jar;
  }
}
