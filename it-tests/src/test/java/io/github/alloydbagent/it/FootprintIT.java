package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks, from the JVM's class loading log, which classes the agent loads in a program that never
 * uses a database. The forbidden classes have broken applications that run with other agents.
 */
@AlloyDbTest
class FootprintIT {

  @SuppressWarnings("unused")
  private static final List<Integer> JDKS = Jdk.VERSIONS;

  /** The JVM's log line for a loaded class, on Java 8 and from 9 on. */
  private static final Pattern LOADED =
      Pattern.compile("^(?:\\[Loaded |\\[.*\\]\\[class,load *\\] )(\\S+) (?:from|source:) ");

  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;

  @TempDir private Path directory;

  /**
   * Uses two instances: one with an API over HTTP, whose info is fetched, and one over HTTPS whose
   * certificate is not trusted.
   */
  @ParameterizedTest
  @FieldSource("JDKS")
  void refreshesInitializeNothingThatBelongsToTheApplication(int version) throws Exception {
    Path end = directory.resolve("end");
    String secure = AgentOn.map("secure-db", alloyDb.instance("reads"));
    String instances =
        AgentOn.map("orders-db", primary) + "," + secure + "?api-endpoint=" + alloyDb.adminTlsUrl();
    JvmResult result;
    try (RunningJvm jvm =
        AgentOn.jvm(idle(version, end), alloyDb, instances)
            .environment("ALLOYDB_AGENT_LOG_LEVEL", "debug")
            .start()) {
      jvm.awaitErr(primary.name() + ": fetched connection info;");
      jvm.awaitErr(alloyDb.instance("reads").name() + ": no connection info: ");
      Files.createFile(end);
      result = jvm.await().checkSucceeded();
    }

    List<String> loaded = loaded(result);
    assertThat(loaded)
        .contains(
            "io.github.alloydbagent.core.Agent",
            "io.github.alloydbagent.refresh.ConnectionInfoCache",
            "io.github.alloydbagent.lib.com.google.auth.oauth2.ServiceAccountCredentials",
            "sun.security.ssl.SSLSocketImpl");
    assertThat(result.err()).contains("PKIX path building failed");
    assertThat(
            withPrefix(
                loaded,
                "java.util.logging.",
                "java.lang.management.ManagementFactory",
                "sun.security.ssl.SSLContextImpl$DefaultSSLContext",
                "sun.security.ssl.TrustStoreManager", // reads the application's trust store
                "java.net.ProxySelector", // reads its properties once
                "java.net.HttpURLConnection",
                "sun.net.www.protocol.http.HttpURLConnection",
                "javax.net.ssl.HttpsURLConnection",
                "net.bytebuddy.",
                "io.github.alloydbagent.cli.",
                "io.github.alloydbagent.lib.picocli.",
                "io.github.alloydbagent.driver.DriverWeaver",
                "io.github.alloydbagent.web.",
                "io.github.alloydbagent.jmx.Beans",
                "io.github.alloydbagent.jfr.RecorderEvents",
                "jdk.jfr.Event"))
        .isEmpty();
    assertThat(threads(result))
        .anyMatch(name -> name.startsWith("alloydb-agent-"))
        .noneMatch(name -> name.startsWith("alloydb-agent-") && name.endsWith(", no daemon"));
  }

  /**
   * Uses the modules of an image linked for an application without a database, which has no
   * logging.
   */
  @ParameterizedTest
  @ValueSource(ints = {11, 25})
  void refreshesWithMinimalModules(int version) throws Exception {
    Path end = directory.resolve("end");
    try (RunningJvm jvm =
        AgentOn.jvm(idle(version, end), alloyDb, AgentOn.map("orders-db", primary))
            .flags("--limit-modules", "java.base,java.instrument")
            .environment("ALLOYDB_AGENT_LOG_LEVEL", "debug")
            .start()) {
      jvm.awaitErr(primary.name() + ": fetched connection info;");
      Files.createFile(end);
      jvm.await().checkSucceeded();
    }
  }

  @ParameterizedTest
  @FieldSource("JDKS")
  void loadsNothingWithoutSettings(int version) throws Exception {
    Path end = Files.createFile(directory.resolve("end"));

    JvmResult result = idle(version, end).agent().run().checkSucceeded();

    checkNoAgentClassLoaded(result);
    assertThat(withPrefix(loaded(result), "io.github.alloydbagent."))
        .allMatch(name -> name.startsWith("io.github.alloydbagent.bootstrap."))
        .hasSizeLessThan(5);
    assertThat(result.errLines()).hasSize(1);
    assertThat(result.err().trim())
        .matches(
            "alloydb-agent: version \\S+, no host is mapped \\(setting instances\\): nothing to do");
  }

  @ParameterizedTest
  @FieldSource("JDKS")
  void loadsAlmostNothingWithoutMappings(int version) throws Exception {
    Path end = Files.createFile(directory.resolve("end"));

    JvmResult result =
        idle(version, end)
            .agent()
            .environment("ALLOYDB_AGENT_IP_TYPE", "PSC")
            .run()
            .checkSucceeded();

    checkAlmostNothingLoaded(result);
    assertThat(result.errLines()).hasSize(1);
    assertThat(result.err().trim())
        .matches(AgentOn.startLine("no host is mapped (setting instances): nothing to do"));
  }

  @ParameterizedTest
  @FieldSource("JDKS")
  void loadsAlmostNothingWhenDisabled(int version) throws Exception {
    Path end = Files.createFile(directory.resolve("end"));

    JvmResult result =
        AgentOn.jvm(idle(version, end), alloyDb, AgentOn.map("orders-db", primary))
            .environment("ALLOYDB_AGENT_ENABLED", "false")
            .run()
            .checkSucceeded();

    checkAlmostNothingLoaded(result);
    assertThat(result.err()).isEmpty();
  }

  private static void checkAlmostNothingLoaded(JvmResult result) {
    assertThat(loaded(result)).contains("io.github.alloydbagent.core.Agent");
    checkNoAgentClassLoaded(result);
  }

  private static void checkNoAgentClassLoaded(JvmResult result) {
    assertThat(
            withPrefix(
                loaded(result),
                "io.github.alloydbagent.lib.",
                "net.bytebuddy.",
                "java.util.logging.",
                "javax.net.",
                "io.github.alloydbagent.cli.",
                "io.github.alloydbagent.tunnel."))
        .isEmpty();
    assertThat(threads(result)).contains("main, no daemon").noneMatch(n -> n.contains("alloydb"));
  }

  private static Jvm idle(int version, Path end) {
    return Jvm.of(Jdk.require(version))
        .flags(version == 8 ? "-verbose:class" : "-Xlog:class+load")
        .classPath(Built.apps())
        .main("apps.Idle", end.toString());
  }

  private static List<String> loaded(JvmResult result) {
    List<String> names = new ArrayList<>();
    for (String line : result.outLines()) {
      Matcher loaded = LOADED.matcher(line);
      if (loaded.find()) {
        names.add(loaded.group(1));
      }
    }
    assertThat(names).as("classes in the log").contains("java.lang.Object", "apps.Idle");
    return names;
  }

  private static List<String> withPrefix(List<String> loaded, String... prefixes) {
    return loaded.stream()
        .filter(name -> Arrays.stream(prefixes).anyMatch(name::startsWith))
        .toList();
  }

  private static List<String> threads(JvmResult result) {
    return result.outLines().stream()
        .filter(line -> line.startsWith("thread: "))
        .map(line -> line.substring("thread: ".length()))
        .toList();
  }
}
