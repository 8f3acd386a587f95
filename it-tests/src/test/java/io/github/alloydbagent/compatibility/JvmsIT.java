package io.github.alloydbagent.compatibility;

import static io.github.alloydbagent.compatibility.MappedDatabase.URL;
import static io.github.alloydbagent.compatibility.MappedDatabase.arguments;
import static io.github.alloydbagent.compatibility.MappedDatabase.assertDone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.alloydbagent.it.AgentOn;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.Script;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Tests JVM flags, and changes that programs make to their own JVM. */
@Tag("compatibility")
class JvmsIT {

  @SuppressWarnings("unused")
  private static final List<Integer> SAMPLE = JvmRow.ALL;

  private static final String[] ALL_STEPS = {
    "query", "transaction", "copy", "large", "notify", "cancel"
  };
  private static final String[] STEPS = {"query", "transaction"};

  private static MappedDatabase database;

  @TempDir private Path directory;

  @BeforeAll
  static void start() throws Exception {
    database = new MappedDatabase();
  }

  @ParameterizedTest
  @FieldSource("SAMPLE")
  void anOrdinaryProgramWorks(int version) {
    long tunnels = database.tunnels();

    JvmResult result = run(version, ALL_STEPS);

    assertDone(result, ALL_STEPS);
    assertThat(database.tunnels())
        .isEqualTo(tunnels + ALL_STEPS.length + 1); // a notification thread, too
    database.assertTwoLines(result);
    new JvmRow("an ordinary program: reads, writes, COPY, 16 MiB, NOTIFY, cancel").worksOn(version);
  }

  @Test
  void worksWithoutUnsafeMemoryAccess() {
    worksWith(25, "--sun-misc-unsafe-memory-access=deny");
    new JvmRow("`--sun-misc-unsafe-memory-access=deny`").worksOn(25);
  }

  @ParameterizedTest
  @FieldSource("SAMPLE")
  void worksWithVerificationOfAllClasses(int version) {
    worksWith(version, "-Xverify:all");
    new JvmRow("`-Xverify:all`").worksOn(version);
  }

  @ParameterizedTest
  @FieldSource("SAMPLE")
  void worksWithJvmLogging(int version) throws Exception {
    Path log = directory.resolve("jvm.log");
    JvmResult result =
        version == 8
            ? worksWith(version, "-verbose:class", "-verbose:gc", "-verbose:jni")
            : worksWith(version, "-verbose:class", "-Xlog:all=info:file=" + log + "::filesize=0");

    assertThat(result.out())
        .contains(
            "io.github.alloydbagent.bootstrap.DriverGate",
            "io.github.alloydbagent.tunnel.socket.TunnelSocket");
    if (version > 8) {
      assertThat(Files.size(log)).isGreaterThan(1_000_000);
    }
    new JvmRow("`-verbose:class`, and on 11 and later `-Xlog:all=info:file=...`").worksOn(version);
  }

  @ParameterizedTest
  @FieldSource("SAMPLE")
  void worksWithTheApplicationsSystemClassLoader(int version) {
    String loader = "-Djava.system.class.loader=apps.ChildFirst";
    Jdk jdk = Jdk.require(version);
    JvmResult without =
        database
            .jvm(jdk)
            .flags(loader)
            .main("apps.JdbcProbe", arguments(database.plainUrl(), STEPS))
            .run();
    assertDone(without, STEPS);

    JvmResult with =
        database.tunnelled(jdk).flags(loader).main("apps.JdbcProbe", arguments(URL, STEPS)).run();

    assertDone(with, STEPS);
    database.assertTwoLines(with, without.errLines());
    new JvmRow("a custom `java.system.class.loader` (3)").worksOn(version);
  }

  /** The JVM behaves like Java 8 before 8u261. */
  @ParameterizedTest
  @FieldSource("SAMPLE")
  void withoutTls13MappedHostsFailWithTheReason(int version) throws Exception {
    Path security = directory.resolve("java.security");
    Files.writeString(security, "jdk.tls.disabledAlgorithms=TLSv1.3, SSLv3\n");
    String why =
        "AAJ-903: could not start: TLS 1.3, which AlloyDB needs, is disabled in this JVM (security"
            + " property jdk.tls.disabledAlgorithms)";

    JvmResult result =
        database
            .tunnelled(Jdk.require(version))
            .property("java.security.properties", security.toString())
            .main("apps.JdbcProbe", arguments(URL, "query", "url=" + database.plainUrl(), "query"))
            .run();

    assertThat(result.exit()).as(result.toString()).isEqualTo(1); // the step failed
    assertThat(result.outLines().get(0))
        .startsWith("query: failed: ")
        .contains("AlloyDB Agent: " + why);
    assertThat(result.outLines().get(1)).startsWith("query: ok: ");
    assertThat(result.errLines()).as(result.toString()).hasSize(2);
    assertThat(result.errLines().get(1))
        .matches(AgentOn.line("ERROR", why + ". Connections to mapped hosts will fail.").pattern());
    new JvmRow("no TLS 1.3").holds(version, "refused with an explanation");
  }

  @ParameterizedTest
  @FieldSource("SAMPLE")
  void worksInTurkishThaiAndArabicLocales(int version) {
    localized(version, "tr-TR", "gregory", "tıtle");
    localized(version, "th-TH-TH", "buddhist", "title");
    localized(version, "ar-EG", "gregory", "title");
    new JvmRow("Turkish, Thai and Arabic default locales").worksOn(version);
  }

  private static void localized(int version, String locale, String calendar, String title) {
    String[] parts = locale.split("-");
    JvmResult result =
        database
            .tunnelled(Jdk.require(version))
            .property("user.language", parts[0])
            .property("user.country", parts[1])
            .property("user.variant", parts.length > 2 ? parts[2] : "")
            .property("file.encoding", "UTF-8")
            .property("stdout.encoding", "UTF-8")
            .environment("ALLOYDB_INSTANCES", "INVOICES-DB=" + database.primary().name())
            .environment("ALLOYDB_AGENT_IP_TYPE", "PRIVATE")
            .environment("ALLOYDB_AGENT_LOG_LEVEL", "INFO")
            .environment("ALLOYDB_AGENT_REFRESH_STRATEGY", "LAZY")
            .main(
                "apps.Localized",
                arguments(
                    "jdbc:postgresql://Invoices-DB/postgres" + MappedDatabase.PATIENT, "query"))
            .run();

    assertDone(result, "query");
    assertThat(result.outLines().get(0))
        .startsWith("locale: ")
        .endsWith(" " + calendar + " " + title);
    List<String> err = result.errLines();
    assertThat(err).as(result.toString()).hasSize(2);
    assertThat(err.get(0)).matches(AgentOn.startLine("1 host is mapped: INVOICES-DB"));
    assertThat(err.get(1))
        .matches(AgentOn.successLine("Invoices-DB:5432", database.primary()).pattern());
  }

  @ParameterizedTest
  @FieldSource("SAMPLE")
  void needsNoWritableDirectory(int version) {
    Jdk jdk = Jdk.require(version);
    JvmResult without =
        unwritable(database.jvm(jdk))
            .main("apps.JdbcProbe", arguments(database.plainUrl(), STEPS))
            .run();
    assertDone(without, STEPS);

    JvmResult with = run(unwritable(database.tunnelled(jdk)), STEPS);

    assertDone(with, STEPS);
    database.assertTwoLines(with, without.errLines());
    new JvmRow("no temporary directory, nothing writable").worksOn(version);
  }

  /** Uses a working directory that nobody can write to, not even root. */
  private static Jvm unwritable(Jvm jvm) {
    Path proc = Path.of("/proc");
    return jvm.flags("-XX:-UsePerfData")
        .property("java.io.tmpdir", "/nonexistent")
        .property("user.home", "/nonexistent")
        .directory(Files.isDirectory(proc) ? proc : Path.of("/"));
  }

  @ParameterizedTest
  @FieldSource("SAMPLE")
  void worksOnAReadOnlyFileSystem(int version) {
    Jdk jdk = Jdk.require(version);
    assumeTrue(
        readOnly(jdk, "true").run().succeeded(), "this system does not allow private mounts");
    List<String> command = new ArrayList<>(List.of(jdk.java().toString(), "-Xmx256m"));
    command.addAll(List.of("-Djava.io.tmpdir=/nonexistent", "-javaagent:" + Built.agentJar()));
    command.addAll(List.of("-cp", Built.apps() + File.pathSeparator + Built.newestDriver()));
    command.add("apps.JdbcProbe");
    command.addAll(List.of(arguments(URL, STEPS)));

    JvmResult result =
        readOnly(jdk, command.toArray(String[]::new)).environment(database.environment()).run();

    assertDone(result, STEPS);
    assertThat(result.err()).contains("INFO alloydb-agent: host ").doesNotContain("Exception");
    new JvmRow("a read-only file system").worksOn(version);
  }

  /** Returns a command that runs with read-only mounts; it fails if anything is writable. */
  private Script readOnly(Jdk jdk, String... command) {
    String mounts =
        "for m in $(cut -d ' ' -f 2 /proc/self/mounts); do"
            + " mount -o remount,bind,ro $m 2>/dev/null || true; done; "
            + "if touch . 2>/dev/null || touch "
            + directory
            + " 2>/dev/null; then exit 1; fi; exec \"$@\"";
    String own = "exec unshare -rm sh -ec \"$0\" sh \"$@\"";
    List<String> arguments = new ArrayList<>(List.of("-c", own, mounts));
    arguments.addAll(List.of(command));
    return Script.of(jdk, Path.of("sh"), arguments.toArray(String[]::new));
  }

  @ParameterizedTest
  @FieldSource("SAMPLE")
  void theJarMayBeInAnyDirectory(int version) throws Exception {
    Path folder = Files.createDirectory(directory.resolve("a b%20c +ü"));
    Path jar = Files.copy(Built.agentJar(), folder.resolve("alloydb agent%.jar"));
    Jdk jdk = Jdk.require(version);
    Jvm named = database.jvm(jdk).flags("-javaagent:" + jar);
    String options = "\"-javaagent:" + jar + "\"";
    Jvm inOptions = database.jvm(jdk).environment("JAVA_TOOL_OPTIONS", options);

    JvmResult byFlag = run(named.environment(database.environment()), STEPS);
    JvmResult byVariable = run(inOptions.environment(database.environment()), STEPS);

    assertDone(byFlag, STEPS);
    database.assertTwoLines(byFlag);
    assertDone(byVariable, STEPS);
    database.assertTwoLines(byVariable, List.of("Picked up JAVA_TOOL_OPTIONS: " + options));
    new JvmRow("a path with spaces, `%`, `+` and `ü`").worksOn(version);
  }

  @ParameterizedTest
  @FieldSource("SAMPLE")
  void worksIfSystemErrIsReplaced(int version) {
    JvmResult result =
        database
            .tunnelled(Jdk.require(version))
            .main("apps.ReplacedErr", arguments(URL, STEPS))
            .run();

    assertDone(result, STEPS);
    database.assertTwoLines(result);
    assertThat(result.outLines()).contains("own err: 0 bytes");
    new JvmRow("`System.err` replaced").worksOn(version);
  }

  /**
   * Checks that the agent logs the same as without these flags, and the JVM only its own lines
   * about them.
   */
  private JvmResult worksWith(int version, String... flags) {
    Jdk jdk = Jdk.require(version);
    JvmResult any = database.jvm(jdk).flags(flags).main("apps.Child", "property", "any").run();
    JvmResult result = run(database.tunnelled(jdk).flags(flags), STEPS);
    assertDone(result, STEPS);
    database.assertTwoLines(result, any.errLines());
    return result;
  }

  private static JvmResult run(int version, String... steps) {
    return run(database.tunnelled(Jdk.require(version)), steps);
  }

  private static JvmResult run(Jvm jvm, String... steps) {
    return jvm.main("apps.JdbcProbe", arguments(URL, steps)).run();
  }
}
