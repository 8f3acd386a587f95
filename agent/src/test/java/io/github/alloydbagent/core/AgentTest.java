package io.github.alloydbagent.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.core.connections.TestCore;
import io.github.alloydbagent.util.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starts the agent as {@code AgentMain} does, in this JVM. */
@Timeout(60)
class AgentTest {
  @TempDir private Path directory;

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  private Object[] start(String arguments) {
    PrintStream err = new PrintStream(said, true, UTF_8);
    Function<Boolean, List<String>> loadedDrivers = all -> List.of();
    return new Agent()
        .apply(
            new Object[] {
              arguments, directory.resolve("agent.jar").toFile(), "1.2", err, loadedDrivers
            });
  }

  private String said() {
    return said.toString(UTF_8);
  }

  /** Calls the hook of the bridge with which the driver creates the address of a host. */
  @SuppressWarnings("unchecked")
  private static InetSocketAddress address(Object[] parts, String host) {
    return (InetSocketAddress)
        ((Function<Object[], Object>) parts[0]).apply(new Object[] {"address", host, 5432});
  }

  @Test
  void doesNothingWithoutAMapping() {
    assertThat(start("log-level=info")).containsExactly("nothing to do");
    assertThat(said()).contains("version 1.2, ").contains("no host is mapped");
  }

  @Test
  void doesNothingIfItIsSwitchedOff() {
    assertThat(start("enabled=false,instances=orders-db=" + TestCore.BLUE))
        .containsExactly("switched off");
    assertThat(said()).isEmpty();
  }

  @Test
  void routesMappedHostsOnly() {
    Object[] parts =
        start("refresh-strategy=LAZY,access-token=ya29.t,instances=orders-db=" + TestCore.BLUE);
    assertThat(parts).hasSize(4);
    assertThat(parts[1]).isInstanceOf(Callable.class);
    assertThat(parts[2]).isEqualTo("on");
    assertThat(parts[3]).isInstanceOf(Consumer.class);
    assertThat(address(parts, "orders-db").isUnresolved()).as("resolved by the agent").isTrue();
    assertThat(address(parts, "127.0.0.1").isUnresolved()).isFalse();
    assertThat(said())
        .contains("INFO alloydb-agent: version 1.2, ")
        .contains("orders-db")
        .doesNotContain("ya29.");
  }

  /** It is unknown which hosts are to be protected. */
  @Test
  void refusesAllHostsIfTheSettingsAreInvalid() {
    Object[] parts = start("ip-type=PRIVAT,instances=orders-db=" + TestCore.BLUE);
    assertThat(parts).hasSize(4);
    assertThat((String) parts[2]).contains("settings");
    assertThatThrownBy(() -> address(parts, "other-db"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(ErrorCode.SETTINGS_INVALID.toString())
        .hasMessageContaining("other-db")
        .hasMessageContaining("PRIVAT");
    assertThat(said())
        .contains("ERROR alloydb-agent: " + ErrorCode.SETTINGS_INVALID)
        .contains("PRIVAT");
  }

  @Test
  void doesNothingIfInvalidSettingsMapNoHost() {
    assertThat(start("ip-type=PRIVAT")).containsExactly("nothing to do");
    assertThat(said()).contains("PRIVAT").contains("no host is mapped");
  }

  @Test
  void readsTheFileNextToItsJar() throws IOException {
    Files.writeString(
        directory.resolve("alloydb-agent.properties"),
        "instances=orders-db="
            + TestCore.BLUE
            + "\nrefresh-strategy=LAZY\naccess-token=ya29.secret\nlog-level=debug\n");
    Object[] parts = start(null);
    assertThat(parts).hasSize(4);
    assertThat(address(parts, "orders-db").isUnresolved()).isTrue();
    assertThat(said()).contains("DEBUG alloydb-agent: setting ").doesNotContain("ya29.secret");
  }

  @Test
  void logsToAFile() throws IOException {
    Path file = directory.resolve("agent.log");
    start("log-file=" + file + ",log-format=json");
    assertThat(said()).isEmpty();
    assertThat(Files.readString(file)).startsWith("{").contains("no host is mapped");
  }

  @Test
  void logsToStandardErrorIfTheLogFileCannotBeWritten() {
    String tooLong = "x".repeat(300);
    start("log-file=" + directory.resolve(tooLong));
    assertThat(said())
        .contains("WARN alloydb-agent: " + ErrorCode.LOG_FILE_FAILED)
        .contains(tooLong)
        .contains("no host is mapped");
  }
}
