package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.tools.attach.VirtualMachine;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import io.github.alloydbagent.local.Served;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Like {@link NeighboursIT}, with all agents, verification of all byte code, and all JDKs of the
 * page.
 */
@Tag("compatibility")
@Tag("heavy")
class OtherNeighboursIT {

  static final String OF_REQUESTS = "a trace for each request, with its SQL";

  private static final List<Integer> JDKS = List.of(8, 17, 25);

  @TempDir static Path directory;

  private static Comparison comparison;

  @BeforeAll
  static void start() throws Exception {
    comparison = new Comparison(directory);
  }

  @AfterAll
  static void stop() {
    comparison.close();
  }

  @ParameterizedTest
  @FieldSource("JDKS")
  void openTelemetryTracesTheSame(int jdk) throws Exception {
    try (OpenTelemetry openTelemetry = new OpenTelemetry()) {
      tracesTheSame(openTelemetry, jdk, 5, 3 * 3);
    }
    holdsTraces(OpenTelemetry.name(), OF_REQUESTS);
    NeighboursIT.TABLE.holdsCell(OpenTelemetry.name(), "Java", jdks());
  }

  @ParameterizedTest
  @FieldSource("JDKS")
  void elasticApmTracesTheSame(int jdk) throws Exception {
    try (ElasticApm elasticApm = new ElasticApm()) {
      tracesTheSame(elasticApm, jdk, 5, 4 * 3);
    }
    holdsTraces(ElasticApm.name(), OF_REQUESTS);
    NeighboursIT.TABLE.holdsCell(ElasticApm.name(), "Java", jdks());
  }

  @ParameterizedTest
  @FieldSource("JDKS")
  void datadogTracesTheSame(int jdk) throws Exception {
    try (Datadog datadog = new Datadog()) {
      tracesTheSame(datadog, jdk, 5 + 4 * 5 + 1, 4 * 3);
    }
    holdsTraces(
        Datadog.name(),
        "spans of all requests and SQL statements (it does not instrument the"
            + " JDK's HTTP server)");
    NeighboursIT.TABLE.holdsCell(Datadog.name(), "Java", jdks());
  }

  @ParameterizedTest
  @FieldSource("JDKS")
  void jaCoCoCoversTheSame(int jdk) throws Exception {
    try (JaCoCo jaCoCo = new JaCoCo()) {
      comparison.run(new BesideNeighbour(jaCoCo, Jdk.require(jdk), "-Xverify:all"));
    }
    NeighboursIT.TABLE.holdsCell(JaCoCo.name(), "Java", jdks());
  }

  @ParameterizedTest
  @FieldSource("JDKS")
  void googlesConnectorWorksConcurrently(int jdk) throws Exception {
    OfficialConnectorBesideIT.bothWorkConcurrently(Jdk.require(jdk));
    NeighboursIT.TABLE.holdsCell(OfficialConnectorBesideIT.name(), "Java", jdks());
  }

  /** The driver is loaded, instrumented by the other agent, and has a connection. */
  @Test
  void worksWithOpenTelemetryWhenAttached() throws Exception {
    LocalAlloyDb alloyDb = comparison.alloyDb();
    LocalInstance primary = alloyDb.instances().get(0);
    String url = alloyDb.postgresUrl(); // the mapped host can also be reached without the agent
    String host = url.replaceAll("^jdbc:postgresql://(.*)/postgres$", "$1");
    Path end = directory.resolve("end");
    long startups = primary.count(Served.STARTUP);
    try (OpenTelemetry openTelemetry = new OpenTelemetry();
        RunningJvm jvm =
            Jvm.of(Jdk.require(17))
                .flags(openTelemetry.flags(directory).toArray(String[]::new))
                .classPath(Built.apps(), Built.newestDriver())
                .main("apps.Lasting", url, Database.USER, Database.PASSWORD, end.toString())
                .deadline(Duration.ofMinutes(3))
                .start()) {
      jvm.awaitOut("first: app");
      VirtualMachine machine = VirtualMachine.attach(String.valueOf(jvm.pid()));
      machine.loadAgent(
          Built.agentJar().toString(),
          "instances="
              + host
              + "="
              + primary.name()
              + ",api-endpoint="
              + alloyDb.adminUrl()
              + ",credentials-file="
              + alloyDb.credentialsFile());
      machine.detach();
      Files.createFile(end);
      JvmResult result = jvm.await().checkSucceeded();

      assertThat(result.outLines())
          .containsExactly("first: app", "first, again: app", "second: app");
      assertThat(primary.count(Served.STARTUP)).isEqualTo(startups + 1);
      assertThat(openTelemetry.told(result))
          .hasSize(3)
          .allMatch(trace -> trace.startsWith("CLIENT SELECT "));
      assertThat(Troubles.of(openTelemetry.log(result))).isEmpty();
    }
  }

  /**
   * The report without our agent must be complete; otherwise an equal report would prove nothing.
   *
   * @param inserts their number: OpenTelemetry does not see prepared statements of the oldest
   *     driver
   */
  private static void tracesTheSame(Neighbour neighbour, int jdk, int traces, int inserts)
      throws Exception {
    BesideNeighbour service = new BesideNeighbour(neighbour, Jdk.require(jdk), "-Xverify:all");
    comparison.run(service);

    assertThat(service.alone()).hasSize(traces);
    String all = String.join("\n", service.alone());
    assertThat(all.split("\\bCREATE\\b", -1)).as(all).hasSize(1 + 4);
    assertThat(all.split("\\bINSERT\\b", -1)).as(all).hasSize(1 + inserts);
    assertThat(all.split("\\bSELECT\\b", -1)).as(all).hasSize(1 + 4 + 1);
  }

  static void holdsTraces(String neighbour, String traces) {
    NeighboursIT.TABLE.holdsCell(neighbour, "specified before the agent", "yes");
    NeighboursIT.TABLE.holdsCell(neighbour, "specified after the agent", "yes");
    NeighboursIT.TABLE.holdsCell(neighbour, "what it still records", traces);
  }

  private static String jdks() {
    return JDKS.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
