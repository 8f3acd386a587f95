package io.github.alloydbagent.core.connections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.time.Clock;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoopbackWarningTest {
  private static final String I = "=projects/p/locations/l/clusters/c/instances/i";

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  private MappedConnections connections(String host) throws Exception {
    Settings settings =
        Settings.read(null, Map.of(), Map.of("ALLOYDB_INSTANCES", host + I), new File("none"));
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    return new MappedConnections(
        settings, new RuntimeHolder(), Clock.SYSTEM, new Log(LogLevel.INFO, out));
  }

  @Test
  void warnsOnceIfOnly127001IsMapped() throws Exception {
    MappedConnections connections = connections("127.0.0.1:5432");
    assertThat(connections.route("localhost", 5432, 0)).isNull();
    assertThat(connections.route("LOCALHOST", 5432, 0)).isNull();
    assertThat(connections.route("localhost", 5433, 0)).isNull();
    assertThat(connections.route("orders-db", 5432, 0)).isNull();
    assertThat(said.toString(StandardCharsets.UTF_8))
        .containsOnlyOnce("WARN")
        .contains("host localhost:5432 is not mapped, but 127.0.0.1 is", "Map localhost, too");
  }

  @Test
  void warnsOnceIfOnlyLocalhostIsMapped() throws Exception {
    MappedConnections connections = connections("localhost:5432");
    assertThat(connections.route("127.0.0.1", 5432, 0)).isNull();
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("host 127.0.0.1:5432 is not mapped, but localhost is");
  }

  @Test
  void doesNotWarnAboutMappedOrUnrelatedHosts() throws Exception {
    MappedConnections connections = connections("127.0.0.1:5432");
    assertThatThrownBy(() -> connections.route("127.1", 5432, 1))
        .as("mapped, and the agent is still starting")
        .hasMessageContaining("not started within");
    assertThat(connections.route("127.0.0.2", 5432, 0)).isNull();
    assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
  }
}
