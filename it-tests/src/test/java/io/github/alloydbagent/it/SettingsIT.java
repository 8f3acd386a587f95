package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.Programs;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import io.github.alloydbagent.local.Login;
import io.github.alloydbagent.local.Served;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests where settings come from, and the effect of some of them, in real JVMs. */
@AlloyDbTest
class SettingsIT {

  private static final String URL = "jdbc:postgresql://orders-db/postgres";

  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;

  @TempDir private Path directory;

  /** The four sources, highest precedence first. */
  private enum Source {
    AGENT_ARGUMENT,
    SYSTEM_PROPERTY,
    ENVIRONMENT,
    FILE_BESIDE_THE_JAR
  }

  /** One source has all settings; the sources after it have other values for one of them. */
  @ParameterizedTest
  @EnumSource(Source.class)
  void eachSourceOverridesTheNext(Source place) throws IOException {
    Jvm program = probe("query");
    for (Source other : Source.values()) {
      if (other == place) {
        put(
            program,
            place,
            Map.of(
                "instances", AgentOn.map("orders-db", primary),
                "api-endpoint", alloyDb.adminUrl(),
                "credentials-file", alloyDb.credentialsFile().toString(),
                "user-agent", "from/" + place));
      } else {
        put(
            program,
            other,
            other.compareTo(place) > 0 ? Map.of("user-agent", "from/" + other) : Map.of());
      }
    }

    JvmResult result = program.run().checkSucceeded();

    assertThat(result.out()).startsWith("query: ok: app at postgres");
    assertThat(lastLogin().exchange().userAgent()).endsWith(" from/" + place);
  }

  /** Puts settings into a source; the file is next to a copy of the jar. */
  private void put(Jvm program, Source place, Map<String, String> settings) throws IOException {
    switch (place) {
      case AGENT_ARGUMENT -> {
        Path jar = Files.copy(Built.agentJar(), directory.resolve("agent.jar"));
        program.flags("-javaagent:" + jar + "=" + lines(settings, ","));
      }
      case SYSTEM_PROPERTY ->
          settings.forEach((name, value) -> program.property("alloydb.agent." + name, value));
      case ENVIRONMENT ->
          settings.forEach(
              (name, value) ->
                  program.environment(
                      "ALLOYDB_AGENT_" + name.toUpperCase(Locale.ROOT).replace('-', '_'), value));
      case FILE_BESIDE_THE_JAR ->
          Files.writeString(directory.resolve("alloydb-agent.properties"), lines(settings, "\n"));
    }
  }

  private static String lines(Map<String, String> settings, String separator) {
    return settings.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(separator));
  }

  @Test
  void aDisabledAgentHasNoEffect() {
    String[] steps = {"query", "url=" + alloyDb.postgresUrl(), "query", "metadata"};
    JvmResult without = probe(steps).run();
    long tokens = alloyDb.count(Served.TOKEN);

    JvmResult with =
        AgentOn.jvm(probe(steps), alloyDb, AgentOn.map("orders-db", primary))
            .environment("ALLOYDB_AGENT_ENABLED", "false")
            .run();

    assertThat(untimed(with)).isEqualTo(untimed(without)).hasSize(3);
    assertThat(with.outLines().get(0)).contains("java.net.UnknownHostException: orders-db");
    assertThat(with.outLines().get(1)).startsWith("query: ok: app at postgres");
    assertThat(with.exit()).isEqualTo(without.exit()).isEqualTo(1);
    assertThat(with.err()).isEqualTo(without.err()).isEmpty();
    assertThat(alloyDb.count(Served.TOKEN)).isEqualTo(tokens);
  }

  @Test
  void logLevelOffLogsNothing() {
    JvmResult result = mapped("query").environment("ALLOYDB_AGENT_LOG_LEVEL", "off").run();

    assertThat(result.checkSucceeded().out()).startsWith("query: ok: app at postgres");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void debugLogsTheWeavingAndNoSecret() throws IOException {
    JvmResult result = mapped("query").environment("ALLOYDB_AGENT_LOG_LEVEL", "trace").run();

    String key =
        Files.readString(alloyDb.credentialsFile())
            .replaceAll("(?s).*BEGIN PRIVATE KEY-----\\\\n(.{40}).*", "$1");
    assertThat(key).hasSize(40);
    assertThat(result.checkSucceeded().err())
        .contains("Driver org.postgresql.core.PGStream from postgresql-42.7.14.jar")
        .contains(" DEBUG alloydb-agent: ")
        .doesNotContain("secret")
        .doesNotContain("Bearer")
        .doesNotContain("ya29")
        .doesNotContain(key);
  }

  @Test
  void logFileIsAppendedTo() throws IOException {
    Path log = directory.resolve("agent.log");
    Files.writeString(log, "what was there\n");
    Jvm program = mapped("query").environment("ALLOYDB_AGENT_LOG_FILE", log.toString());

    JvmResult result = program.run().checkSucceeded();

    assertThat(result.err()).isEmpty();
    List<String> lines = Files.readAllLines(log);
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).isEqualTo("what was there");
    assertThat(lines.get(1)).matches(AgentOn.startLine("1 host is mapped: orders-db"));
    assertThat(lines.get(2)).matches(AgentOn.successLine("orders-db:5432", primary));
  }

  @ParameterizedTest
  @CsvSource({"8, a b%20c+d #1/alloydb agent 100%.jar", "17, agent.jar"})
  void theJarMayBeInAnyDirectory(int version, String place) throws IOException {
    Path jar = directory.resolve(place);
    Files.createDirectories(jar.getParent());
    Files.copy(Built.agentJar(), jar);
    Files.writeString(
        jar.resolveSibling("alloydb-agent.properties"),
        "instances=" + AgentOn.map("orders-db", primary));

    for (String named : List.of(place, jar.toString())) {
      JvmResult result =
          Programs.probe(Jdk.require(version), Built.newestDriver(), URL, "app", "secret", "query")
              .directory(directory)
              .flags("-javaagent:" + named)
              .environment(alloyDb.environment())
              .run()
              .checkSucceeded();
      assertThat(result.errLines()).as(result.toString()).hasSize(2);
    }
  }

  private static Jvm mapped(String... steps) {
    return AgentOn.jvm(probe(steps), alloyDb, AgentOn.map("orders-db", primary));
  }

  private static Jvm probe(String... steps) {
    return Programs.probe(Jdk.chosen(), Built.newestDriver(), URL, "app", "secret", steps);
  }

  private static List<String> untimed(JvmResult result) {
    List<String> lines = new ArrayList<>();
    for (String line : result.outLines()) {
      lines.add(line.replaceAll(" \\(\\d+ ms\\)$", ""));
    }
    return lines;
  }

  private static Login lastLogin() {
    List<Login> logins = primary.logins();
    return logins.get(logins.size() - 1);
  }
}
