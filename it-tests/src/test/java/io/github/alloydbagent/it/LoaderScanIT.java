package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AgentJar;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.local.LocalAlloyDb;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * In a JVM with the agent and a connection, checks that no class loader of the application can load
 * a bundled class, and that the agent's class loader cannot load the application's: {@code
 * apps.LoaderScan} tries every class with every loader. The application contains the agent's
 * libraries in other versions, and Byte Buddy even under the same names.
 */
@AlloyDbTest
class LoaderScanIT {
  private static LocalAlloyDb alloyDb;

  @TempDir private static Path directory;

  private static Path scanner;

  @BeforeAll
  static void start() throws Exception {
    scanner = directory.resolve("scanner.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(new Attributes.Name("Premain-Class"), "apps.LoaderScan");
    try (OutputStream out = Files.newOutputStream(scanner)) {
      new JarOutputStream(out, manifest).close(); // its class is on the class path
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 17, 25})
  void findsNoPathBetweenTheApplicationAndBundledClasses(int version) throws Exception {
    JvmResult result = scan(version, Built.agentJar()).checkSucceeded();

    assertThat(result.outLines()).noneMatch(line -> line.startsWith("PROBLEM"));
    assertThat(result.out()).contains("connected to PostgreSQL");
    assertThat(count(result, "bundled classes")).isGreaterThan(1000);
    assertThat(count(result, "bundled classes with all that they name")).isGreaterThan(1000);
    assertThat(count(result, "application's classes")).isGreaterThan(10_000);
    assertThat(count(result, "of the same name")).isGreaterThan(30);
  }

  /** Uses a jar that also has a bundled class and a service file at its root. */
  @Test
  void detectsAnExistingPath() throws Exception {
    Path jar = directory.resolve("alloydb-agent.jar");
    Files.copy(Built.agentJar(), jar);
    URI inside = URI.create("jar:" + jar.toUri());
    try (FileSystem agent =
        FileSystems.newFileSystem(inside, Map.of("compressionMethod", "STORED"))) {
      Path log = agent.getPath("io/github/alloydbagent/log/Log.class");
      Files.createDirectories(log.getParent());
      Files.write(
          log,
          AgentJar.read(Built.agentJar())
              .isolated()
              .get("io/github/alloydbagent/log/Log.classdata"));
      Path service = agent.getPath("META-INF/services/java.sql.Driver");
      Files.createDirectories(service.getParent());
      Files.createFile(service);
    }

    JvmResult result = scan(17, jar).checkSucceeded();

    assertThat(result.outLines().stream().filter(line -> line.startsWith("PROBLEM")))
        .contains("PROBLEM: the system loader finds io.github.alloydbagent.log.Log")
        .anyMatch(line -> line.contains("the system loader finds jar:file:"))
        .anyMatch(line -> line.endsWith("META-INF/services/java.sql.Driver"))
        .noneMatch(line -> line.contains("the agent's loader"));
  }

  /** Runs the scan and checks that it leaves no file behind in the usual directories. */
  private static JvmResult scan(int version, Path agentJar) throws IOException {
    Path work = Files.createTempDirectory(directory, "work");
    List<Path> classPath = new ArrayList<>();
    classPath.add(Built.apps());
    classPath.addAll(Built.tool("official-connector"));
    classPath.add(Built.library("byte-buddy"));
    JvmResult result =
        Jvm.of(Jdk.require(version))
            .flags("-javaagent:" + agentJar, "-javaagent:" + scanner)
            .property("java.io.tmpdir", work.toString())
            .property("user.home", work.toString())
            .directory(work)
            .environment(alloyDb.environment())
            .environment("ALLOYDB_INSTANCES", AgentOn.map("orders-db", alloyDb.instance("primary")))
            .classPath(classPath)
            .main(
                "apps.LoaderScan",
                agentJar.toString(),
                "jdbc:postgresql://orders-db/postgres",
                "app",
                "secret")
            .run();
    assertThat(work).isEmptyDirectory();
    return result;
  }

  private static int count(JvmResult result, String what) {
    Matcher count =
        Pattern.compile("^" + what + ": (\\d+)$", Pattern.MULTILINE).matcher(result.out());
    assertThat(count.find()).as(result.toString()).isTrue();
    return Integer.parseInt(count.group(1));
  }
}
