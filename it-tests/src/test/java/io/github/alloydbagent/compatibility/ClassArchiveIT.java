package io.github.alloydbagent.compatibility;

import static io.github.alloydbagent.compatibility.MappedDatabase.URL;
import static io.github.alloydbagent.compatibility.MappedDatabase.arguments;
import static io.github.alloydbagent.compatibility.MappedDatabase.assertDone;
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
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Tests an application whose class archive (AppCDS) was created without the agent. */
@Tag("compatibility")
class ClassArchiveIT {

  @SuppressWarnings("unused")
  private static final List<Integer> JDKS = JvmRow.firstOf(17, 11, 21, 25);

  private static final String[] STEPS = {"query", "transaction"};

  /**
   * A class loaded from the archive; dynamic archives are the top layer of two. Hidden classes are
   * excluded.
   */
  private static final Pattern ARCHIVED =
      Pattern.compile(
          "\\] ((?:apps|org\\.postgresql)\\.[^ /]+) source: shared objects file(?: \\(top\\))?$",
          Pattern.MULTILINE);

  /** The woven classes and a subclass: a class is archived only together with its superclass. */
  private static final Set<String> WOVEN =
      Set.of(
          "org.postgresql.core.PGStream",
          "org.postgresql.core.QueryExecutorBase",
          "org.postgresql.core.v3.ConnectionFactoryImpl",
          "org.postgresql.core.v3.QueryExecutorImpl");

  private static MappedDatabase database;

  @TempDir private Path directory;

  private Path applicationJar;

  @BeforeAll
  static void start() throws Exception {
    database = new MappedDatabase();
  }

  @ParameterizedTest
  @FieldSource("JDKS")
  void onlyWovenClassesAreNotLoadedFromTheArchive(int version) throws Exception {
    Jdk jdk = Jdk.require(version);
    Path driver = Built.driver("42.2.5");
    Path archive = archive(jdk, driver);
    Path log = directory.resolve("classes.log");

    assertDone(run(jdk, driver, archive, log, database.plainUrl(), ""), STEPS);
    Set<String> without = archived(log);
    JvmResult with = run(jdk, driver, archive, log, URL, agent());

    assertDone(with, STEPS);
    assertThat(without).hasSizeGreaterThan(50).contains("apps.JdbcProbe").containsAll(WOVEN);
    without.removeAll(WOVEN);
    assertThat(archived(log)).containsAll(without).doesNotContainAnyElementsOf(WOVEN);
    new JvmRow("an AppCDS archive; classes are still loaded from it").worksOn(version);
  }

  /**
   * JDK-8343427, fixed in 24: if any agent transforms classes, JVMs crash at an archived class that
   * exists only in a later version's part of a multi-release jar, as in newer drivers' jars.
   */
  @ParameterizedTest
  @FieldSource("JDKS")
  void aDriverInAMultiReleaseJarWorksWithAnAgent(int version) throws Exception {
    Jdk jdk = Jdk.require(version);
    Path driver = Built.newestDriver();
    Path archive = archive(jdk, driver);
    Path log = directory.resolve("classes.log");

    JvmResult idle =
        run(jdk, driver, archive, log, database.plainUrl(), "-javaagent:" + idleAgent());
    JvmResult ours = run(jdk, driver, archive, log, URL, agent());

    if (idle.succeeded()) {
      assertDone(ours, STEPS);
    } else {
      assertThat(idle.out()).contains("SIGSEGV", "KlassFactory::check_shared_class_file_load_hook");
      assertThat(ours.out()).contains("SIGSEGV", "KlassFactory::check_shared_class_file_load_hook");
    }
    new JvmRow("an AppCDS archive with classes of a multi-release jar (2)")
        .holds(version, idle.succeeded() ? "yes" : "no");
  }

  private static String agent() {
    return "-javaagent:" + Built.agentJar();
  }

  private JvmResult run(
      Jdk jdk, Path driver, Path archive, Path log, String url, String agentFlag) {
    Jvm jvm =
        jvm(jdk, driver)
            .flags(
                "-XX:SharedArchiveFile=" + archive,
                "-Xlog:class+load:file=" + log + "::filesize=0",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + directory.resolve("hs_err_%p.log"));
    if (!agentFlag.isEmpty()) {
      jvm.flags(agentFlag).environment(database.environment());
    }
    return jvm.main("apps.JdbcProbe", arguments(url, STEPS)).run();
  }

  private Path archive(Jdk jdk, Path driver) throws IOException {
    applicationJar = jar("application.jar", new Manifest(), name -> !name.startsWith("IdleAgent"));
    Path archive = directory.resolve("application.jsa");
    String[] arguments = arguments(database.plainUrl(), STEPS);
    if (jdk.version() >= 13) {
      jvm(jdk, driver)
          .flags("-XX:ArchiveClassesAtExit=" + archive)
          .main("apps.JdbcProbe", arguments)
          .run()
          .checkSucceeded();
    } else {
      Path classes = directory.resolve("classes.list");
      jvm(jdk, driver)
          .flags("-Xshare:off", "-XX:DumpLoadedClassList=" + classes)
          .main("apps.JdbcProbe", arguments)
          .run()
          .checkSucceeded();
      jvm(jdk, driver)
          .flags(
              "-Xshare:dump",
              "-XX:SharedClassListFile=" + classes,
              "-XX:SharedArchiveFile=" + archive)
          .run()
          .checkSucceeded();
    }
    assertThat(archive).exists();
    return archive;
  }

  private Jvm jvm(Jdk jdk, Path driver) {
    return Jvm.of(jdk).flags("-Xmx256m").classPath(applicationJar, driver);
  }

  private Path idleAgent() throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(new Attributes.Name("Premain-Class"), "apps.IdleAgent");
    return jar("idle-agent.jar", manifest, name -> name.startsWith("IdleAgent"));
  }

  /** Classes in directories are not archived. */
  private Path jar(String name, Manifest manifest, Predicate<String> wanted) throws IOException {
    Path jar = directory.resolve(name);
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out, manifest);
        Stream<Path> classes = Files.list(Built.apps().resolve("apps"))) {
      for (Path each : classes.sorted().toList()) {
        if (wanted.test(each.getFileName().toString())) {
          entries.putNextEntry(new JarEntry("apps/" + each.getFileName()));
          Files.copy(each, entries);
          entries.closeEntry();
        }
      }
    }
    return jar;
  }

  private static Set<String> archived(Path log) throws IOException {
    Set<String> names = new TreeSet<>();
    Matcher archived = ARCHIVED.matcher(Files.readString(log));
    while (archived.find()) {
      names.add(archived.group(1));
    }
    return names;
  }
}
