package io.github.alloydbagent.core.connections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.config.setting.OnRemap;
import io.github.alloydbagent.driver.Connections.Route;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.tunnel.RemappedException;
import io.github.alloydbagent.tunnel.Target;
import io.github.alloydbagent.tunnel.TestTunnels;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedConnectionsTest {
  private static final String ADDRESS = "10.0.0.1";

  private final TestCore core = new TestCore();
  private final RuntimeHolder prepared = new RuntimeHolder();
  private final List<Target> dialled = new ArrayList<>();
  private final List<Deadline> deadlines = new ArrayList<>();
  private final List<String> lookups = new ArrayList<>();
  private Targets targets;
  private Dial dial = target -> {};
  private HostLookup discovery =
      (host, port, deadline) -> {
        throw new AssertionError("a lookup of " + host);
      };

  /** An action while a tunnel is being opened. */
  private interface Dial {
    void to(Target target) throws IOException;
  }

  private MappedConnections started(String instances, String... others) {
    Settings settings = TestCore.settings(instances, others);
    MappedConnections connections = new MappedConnections(settings, prepared, core.time, core.log);
    start(connections, settings);
    return connections;
  }

  private void start(MappedConnections connections, Settings settings) {
    targets = core.targets(settings);
    connections.start(targets.prepare(settings.mappings()));
    targets.dropAllExcept(settings.mappings());
    prepared.complete(
        new AgentRuntime(
            targets,
            (host, target, deadline) -> {
              dialled.add(target);
              deadlines.add(deadline);
              dial.to(target);
              return new Socket();
            },
            (host, port, deadline) -> {
              lookups.add(host);
              return discovery.find(host, port, deadline);
            }));
  }

  private static void remap(MappedConnections connections, String instances, OnRemap onRemap) {
    connections.remap(TestCore.mappings(instances), onRemap);
  }

  private List<String> clusters() {
    return dialled.stream()
        .map(target -> target.mapping().instance().clusterUri().replaceFirst(".*/", ""))
        .toList();
  }

  private static Mapping discovered(String instance) {
    return TestCore.settings("").discovered(ADDRESS, IpType.PRIVATE, InstanceName.parse(instance));
  }

  @Test
  void routesOnlyMappedHosts() throws IOException {
    MappedConnections connections = started("orders-db=" + TestCore.BLUE);
    assertThat(connections.route("other-db", 5432, 0)).isNull();
    connections.route("orders-db", 5432, 0).connect();
    assertThat(clusters()).containsExactly("blue");
  }

  @Test
  void waitsForStartupIfAHostIsMapped() throws IOException {
    Settings settings = TestCore.settings("orders-db=" + TestCore.BLUE);
    MappedConnections connections = new MappedConnections(settings, prepared, core.time, core.log);
    assertThat(connections.route("other-db", 5432, 1)).isNull();
    assertThatThrownBy(() -> connections.route("orders-db", 5432, 1))
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessageContaining("not started within 1 ms");
    start(connections, settings);
    assertThat(connections.route("orders-db", 5432, 1)).isNotNull();
  }

  @Test
  void refusesMappedHostsIfStartupFailed() throws IOException {
    MappedConnections connections =
        new MappedConnections(
            TestCore.settings("orders-db=" + TestCore.BLUE), prepared, core.time, core.log);
    prepared.fail(new LinkageError("no such class"));
    assertThat(connections.route("other-db", 5432, 0)).isNull();
    assertThatThrownBy(() -> connections.route("orders-db", 5432, 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no such class");
  }

  @Test
  void connectsOnceALaterStartSucceeds() throws IOException {
    Settings settings = TestCore.settings("orders-db=" + TestCore.BLUE);
    MappedConnections connections = new MappedConnections(settings, prepared, core.time, core.log);
    prepared.fail(new OutOfMemoryError("Java heap space"));
    assertThatThrownBy(() -> connections.route("orders-db", 5432, 60_000))
        .as("without waiting for the next attempt")
        .isInstanceOf(IOException.class)
        .hasMessageContaining("could not start: java.lang.OutOfMemoryError: Java heap space");
    prepared.beginAttempt();
    assertThatThrownBy(() -> connections.route("orders-db", 5432, 1))
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessageContaining("not started within 1 ms", "Java heap space");
    start(connections, settings);
    assertThat(connections.route("orders-db", 5432, 0)).isNotNull();
  }

  @Test
  void oneDeadlineCoversTheLookupAndTheTunnel() throws IOException {
    MappedConnections connections = started("", "discover", "projects/p");
    targets.updateDiscovered(List.of(discovered(TestCore.BLUE)));
    discovery =
        (host, port, deadline) -> {
          core.time.advance(3_000);
          return discovered(TestCore.BLUE);
        };
    connections.route(ADDRESS, 5432, 4_000).connect();
    connections.route(ADDRESS, 5432, 0).connect();
    assertThat(lookups).as("one for each connection").hasSize(2);
    assertThat(deadlines).extracting(Deadline::totalMillis).containsExactly(4_000L, 30_000L);
    assertThat(deadlines.get(1).remainingMillis()).isEqualTo(27_000);
    assertThat(deadlines.get(0).remainingMillis()).isZero(); // 6 s after it started
  }

  @Test
  void usesTheMappingsTimeoutIfTheDriverHasNone() throws IOException {
    MappedConnections connections = started("orders-db=" + TestCore.BLUE + "?connect-timeout=2s");
    connections.route("orders-db", 5432, 0).connect();
    connections.route("orders-db", 5432, 500).connect();
    connections.route("orders-db", 5432, 0).again(0).connect();
    assertThat(deadlines).extracting(Deadline::totalMillis).containsExactly(2_000L, 500L, 2_000L);
  }

  @Test
  void aRouteKeepsItsTarget() throws IOException {
    MappedConnections connections = started("orders-db=" + TestCore.BLUE);
    Route route = connections.route("orders-db", 5432, 0);
    remap(connections, "orders-db=" + TestCore.GREEN, OnRemap.KEEP);
    route.connect();
    connections.route("orders-db", 5432, 0).connect();
    assertThat(clusters()).containsExactly("blue", "green");
  }

  @Test
  void aConnectionThatRacesARemapBringsNothingBack() throws IOException {
    MappedConnections connections = started("orders-db=" + TestCore.BLUE);
    Route route = connections.route("orders-db", 5432, 0);
    dial = target -> remap(connections, "orders-db=" + TestCore.GREEN, OnRemap.KEEP);
    route.connect();
    dial = target -> {};
    route.again(0).connect();
    assertThat(TestCore.instances(targets)).containsExactly(green());
    assertThat(targets.sharedObjectCounts())
        .as("identities, certificates, infos, targets")
        .containsOnly(1);
    assertThat(core.callsInAnHour("blue")).as("refreshes of what no host leads to").isZero();
    assertThat(core.callsInAnHour("green")).isPositive();
  }

  private String green() {
    return InstanceName.parse(TestCore.GREEN).uri();
  }

  @Test
  void noConnectionEscapesOnRemapClose(@TempDir Path directory) throws Exception {
    TestTunnels tunnels = new TestTunnels(directory);
    MappedConnections connections = started("orders-db=" + TestCore.BLUE);
    List<TestTunnels.Tunnel> open = new ArrayList<>();
    dial =
        target -> {
          if (dialled.size() == 2) { // after the second dial started, before its tunnel is open
            remap(connections, "orders-db=" + TestCore.GREEN, OnRemap.CLOSE);
          }
          open.add(opened(tunnels, target));
        };
    connections.route("orders-db", 5432, 0).connect();
    connections.route("orders-db", 5432, 0).connect();
    assertThat(clusters())
        .as("once more, to the new instance")
        .containsExactly("blue", "blue", "green");
    assertThat(deadlines.get(2)).as("within the same deadline").isSameAs(deadlines.get(1));
    assertThat(open).extracting(TestTunnels.Tunnel::isOpen).containsExactly(false, true);
    assertThat(core.said())
        .contains("host orders-db was remapped from projects/p/locations/l/clusters/blue")
        .contains("to projects/p/locations/l/clusters/green")
        .contains("closed 1 open connection\n");
    for (TestTunnels.Tunnel each : open) {
      each.close();
    }
  }

  private static TestTunnels.Tunnel opened(TestTunnels tunnels, Target target) throws IOException {
    try {
      return tunnels.open(target);
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  @Test
  void refusesAConnectionDuringASecondRemap() {
    MappedConnections connections = started("orders-db=" + TestCore.BLUE);
    dial =
        target -> {
          throw new RemappedException("orders-db:5432", "blue");
        };
    assertThatThrownBy(() -> connections.route("orders-db", 5432, 0).connect())
        .isInstanceOf(RemappedException.class)
        .hasMessageContaining("Connect again");
    assertThat(dialled).hasSize(2);
  }

  @Test
  void refusesARouteWhoseHostIsNoLongerMapped() {
    MappedConnections connections =
        started("orders-db=" + TestCore.BLUE + ",other-db=" + TestCore.RED);
    dial =
        target -> {
          remap(connections, "other-db=" + TestCore.RED, OnRemap.CLOSE);
          throw new RemappedException("orders-db:5432", "blue");
        };
    assertThatThrownBy(() -> connections.route("orders-db", 5432, 0).connect())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no connection to host orders-db:5432")
        .hasMessageContaining("no longer maps it");
  }

  @Test
  void refusesAHostThatAnEditDropped(@TempDir Path directory) throws Exception {
    Path file = Files.createFile(directory.resolve("agent.properties"));
    MappedConnections connections =
        started(
            "orders-db=" + TestCore.BLUE + ",other-db=" + TestCore.RED,
            "config-file",
            file.toString());
    remap(connections, "other-db=" + TestCore.RED, OnRemap.KEEP);
    for (String spelling : List.of("orders-db", "ORDERS-DB.")) {
      assertThatThrownBy(() -> connections.route(spelling, 5432, 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("host " + spelling + ":5432")
          .hasMessageContaining("config-file " + file)
          .hasMessageContaining("(orders-db)")
          .hasMessageContaining("Map the host again, or restart");
    }
    assertThat(core.said())
        .contains("WARN", "config-file " + file + " no longer maps these hosts: orders-db.")
        .contains("refused");
    assertThat(connections.route("never-mapped", 5432, 0)).isNull();
    connections.route("other-db", 5432, 0).connect();

    remap(connections, "other-db=" + TestCore.GREEN, OnRemap.KEEP);
    assertThatThrownBy(() -> connections.route("orders-db", 5432, 0))
        .as("after another edit")
        .hasMessageContaining("no longer maps it");
    remap(connections, "orders-db=" + TestCore.GREEN + ",other-db=" + TestCore.RED, OnRemap.KEEP);
    connections.route("orders-db", 5432, 0).connect();
    assertThat(clusters()).containsExactly("red", "green");
    assertThat(core.said().split("no longer maps these", -1)).as("warned once").hasSize(2);
  }

  @Test
  void refusesThePortsThatAnEditDropped() throws Exception {
    MappedConnections connections = started("a=" + TestCore.BLUE + ",*.db.test=" + TestCore.BLUE);
    remap(connections, "a:5432=" + TestCore.BLUE + ",x.db.test=" + TestCore.BLUE, OnRemap.KEEP);
    assertThat(core.said()).contains("no longer maps these hosts: a, *.db.test.");
    connections.route("a", 5432, 0).connect();
    connections.route("x.db.test", 5432, 0).connect();
    for (String host : List.of("a", "y.db.test")) {
      assertThatThrownBy(() -> connections.route(host, 5433, 0))
          .hasMessageContaining("no longer maps it");
    }
  }

  @Test
  void aWiderMappingDropsNothing() throws Exception {
    MappedConnections connections =
        started("a:5432=" + TestCore.BLUE + ",x.db.test=" + TestCore.BLUE);
    remap(connections, "a=" + TestCore.BLUE + ",*.db.test=" + TestCore.BLUE, OnRemap.KEEP);
    assertThat(core.said()).doesNotContain("any more");
    connections.route("a", 5432, 0).connect();
    connections.route("x.db.test", 5432, 0).connect();
  }

  /** The host of a dropped mapping may be an address of a discovered instance. */
  @Test
  void refusesADroppedAddressUnlessItIsDiscovered() throws Exception {
    MappedConnections connections =
        started(ADDRESS + "=" + TestCore.BLUE + ",b=" + TestCore.RED, "discover", "projects/p");
    remap(connections, "b=" + TestCore.RED, OnRemap.KEEP);
    discovery = (host, port, deadline) -> null;
    assertThatThrownBy(() -> connections.route(ADDRESS, 5432, 0))
        .hasMessageContaining("no longer maps it");
    targets.updateDiscovered(List.of(discovered(TestCore.GREEN)));
    discovery = (host, port, deadline) -> discovered(TestCore.GREEN);
    connections.route(ADDRESS, 5432, 0).connect();
    assertThat(clusters()).containsExactly("green");
    targets.updateDiscovered(List.of());
    discovery = (host, port, deadline) -> null;
    assertThat(connections.route("10.0.0.2", 5432, 0)).as("as without discovery").isNull();
  }

  @Test
  void refusesADroppedHostIfTheRemapIsRepeated() {
    MappedConnections connections = started("a=" + TestCore.BLUE + ",b=" + TestCore.RED);
    remap(connections, "b=" + TestCore.RED, OnRemap.KEEP);
    remap(connections, "b=" + TestCore.RED, OnRemap.KEEP);
    assertThatThrownBy(() -> connections.route("a", 5432, 0))
        .hasMessageContaining("no longer maps it");
  }

  @Test
  void aCancelRequestReachesTheInstanceOfItsConnection() throws IOException {
    MappedConnections connections = started("orders-db=" + TestCore.BLUE);
    Route route = connections.route("orders-db", 5432, 0);
    route.connect();
    remap(connections, "orders-db=" + TestCore.GREEN, OnRemap.KEEP);
    core.time.advance(3_600_000);
    route.again(300).connect();
    assertThat(clusters()).containsExactly("blue", "blue");
    assertThat(deadlines.get(1).totalMillis()).isEqualTo(300);
    assertThat(deadlines.get(1).remainingMillis()).isEqualTo(300);
  }

  @Test
  void aCancelRequestDoesNotFollowARemap() throws IOException {
    MappedConnections connections = started("orders-db=" + TestCore.BLUE);
    Route route = connections.route("orders-db", 5432, 0);
    route.connect();
    remap(connections, "orders-db=" + TestCore.GREEN, OnRemap.CLOSE);
    dial =
        target -> {
          throw new RemappedException("orders-db:5432", "blue");
        };
    assertThatThrownBy(() -> route.again(300).connect()).isInstanceOf(RemappedException.class);
    assertThat(clusters()).containsExactly("blue", "blue");
  }

  @Test
  void aCancelRequestFollowsItsRemappedConnection() throws IOException {
    MappedConnections connections = started("orders-db=" + TestCore.BLUE);
    Route route = connections.route("orders-db", 5432, 0);
    dial =
        target -> {
          dial = other -> {};
          remap(connections, "orders-db=" + TestCore.GREEN, OnRemap.CLOSE);
          throw new RemappedException("orders-db:5432", "blue");
        };
    route.connect();
    route.again(300).connect();
    assertThat(clusters()).containsExactly("blue", "green", "green");
  }

  @Test
  void aRemapThatThrowsChangesNothingAndCanBeRepeated() throws IOException {
    MappedConnections connections = started("orders-db=" + TestCore.BLUE);
    core.time.failScheduling(new OutOfMemoryError("no memory"));
    String green = "orders-db=" + TestCore.GREEN + "?access-token=ya29.other";
    assertThatThrownBy(() -> remap(connections, green, OnRemap.CLOSE))
        .isInstanceOf(OutOfMemoryError.class);
    core.time.failScheduling(null);
    connections.route("orders-db", 5432, 0).connect();
    assertThat(targets.sharedObjectCounts()).containsOnly(1);
    assertThat(core.said()).doesNotContain("remapped");

    remap(connections, green, OnRemap.CLOSE);
    connections.route("orders-db", 5432, 0).connect();
    assertThat(clusters()).containsExactly("blue", "green");
    assertThat(core.said()).contains("host orders-db was remapped from");
  }

  @Test
  void looksUpADiscoveredHostAgainInANewerList() throws IOException {
    MappedConnections connections = started("", "discover", "projects/p");
    targets.updateDiscovered(List.of(discovered(TestCore.GREEN)));
    discovery =
        (host, port, deadline) -> discovered(lookups.size() == 1 ? TestCore.BLUE : TestCore.GREEN);
    connections.route(ADDRESS, 5432, 0).connect();
    assertThat(clusters()).containsExactly("green");
    assertThat(TestCore.instances(targets)).containsExactly(green());
  }

  @Test
  void refusesADiscoveredHostThatIsGoneWithoutCreatingATarget() {
    MappedConnections connections = started("", "discover", "projects/p");
    discovery = (host, port, deadline) -> discovered(TestCore.BLUE);
    assertThatThrownBy(() -> connections.route(ADDRESS, 5432, 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("host " + ADDRESS)
        .hasMessageContaining("no longer listed")
        .hasMessageContaining("Connect again");
    assertThat(TestCore.instances(targets)).isEmpty();
  }

  @Test
  void doesNotLookUpHostsThatCannotBeInstances() throws IOException {
    MappedConnections connections = started("", "discover", "projects/p");
    assertThat(connections.route("orders-db", 5432, 0)).isNull();
    assertThat(lookups).isEmpty();
  }
}
