package io.github.alloydbagent.core.connections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.discovery.Discovery;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.tunnel.Target;
import io.github.alloydbagent.tunnel.TestTunnels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetsTest {
  private static final String C = "projects/p/locations/l/clusters/c/instances/";
  private static final String LAZY = "refresh-strategy";

  private final TestCore core = new TestCore();
  private final Settings settings =
      TestCore.settings(
          "a=" + C + "i,b=" + C + "i,c=" + C + "j,d=" + C + "i?iam-user=x", LAZY, "LAZY");
  private final Targets targets = core.targets(settings);

  private Mapping mapping(int index) {
    return settings.mappings().get(index);
  }

  private static Mapping discovered(Settings settings, String address, String instance) {
    return settings.discovered(address, IpType.PRIVATE, InstanceName.parse(instance));
  }

  @Test
  void hostsOfOneInstanceShareItsConnectionInfo() {
    assertThat(targets.targetOf(mapping(0)).connectionInfo())
        .isSameAs(targets.targetOf(mapping(1)).connectionInfo())
        .isSameAs(targets.targetOf(mapping(3)).connectionInfo())
        .isNotSameAs(targets.targetOf(mapping(2)).connectionInfo());
  }

  @Test
  void aMappingThatIsReadAgainKeepsItsTarget() {
    assertThat(
            targets.targetOf(TestCore.mappings("z=" + C + "z,a=" + C + "i", LAZY, "LAZY").get(1)))
        .isSameAs(targets.targetOf(mapping(0)));
  }

  @Test
  void dropsConnectionInfoOnceNoHostNeedsIt() {
    targets.prepare(settings.mappings());
    targets.dropAllExcept(settings.mappings());
    var shared = targets.targetOf(mapping(0)).connectionInfo();
    targets.dropAllExcept(List.of(mapping(1)));
    assertThat(targets.targetOf(mapping(1)).connectionInfo())
        .as("b still needs it")
        .isSameAs(shared);
    assertThat(TestCore.instances(targets)).hasSize(1);
    targets.dropAllExcept(List.of());
    assertThat(TestCore.instances(targets)).isEmpty();
  }

  @Test
  void dropsTheCertificateAndIdentityOfADroppedTarget() {
    Settings two =
        TestCore.settings(
            "a=" + TestCore.BLUE + ",b=" + TestCore.GREEN + "?access-token=ya29.other",
            LAZY,
            "LAZY");
    Targets both = core.targets(two);
    both.prepare(two.mappings());
    both.dropAllExcept(two.mappings());
    assertThat(both.sharedObjectCounts())
        .as("identities, certificates, infos, targets")
        .containsOnly(2);
    both.dropAllExcept(two.mappings().subList(0, 1));
    assertThat(both.sharedObjectCounts()).containsOnly(1);
    both.dropAllExcept(List.of());
    assertThat(both.sharedObjectCounts()).containsOnly(0);
  }

  @Test
  void keepsTheIdentityThatListsProjects() {
    Settings discovering = TestCore.settings("", "discover", "projects/p");
    Targets found = core.targets(discovering);
    found.discovery(discovering);
    found.dropAllExcept(List.of());
    assertThat(found.sharedObjectCounts()).containsExactly(1, 0, 0, 0);
  }

  @Test
  void keepsTheNameOfAHostIfOnlyItsSettingsChange() {
    List<Mapping> before = TestCore.mappings("a=" + TestCore.BLUE);
    List<Mapping> after = TestCore.mappings("a=" + TestCore.BLUE + "?server-port=5433");
    targets.prepare(before);
    targets.dropAllExcept(before);
    targets.prepare(after);
    targets.dropAllExcept(after);
    assertThat(targets.targetOf(after.get(0)).connectionInfo().status().hosts())
        .containsExactly("a");
  }

  @Test
  void stopsRefreshingDroppedTargets() {
    List<Mapping> blue = TestCore.mappings("a=" + TestCore.BLUE);
    targets.prepare(blue);
    targets.dropAllExcept(blue);
    assertThat(core.callsInAnHour("blue")).isPositive();
    targets.dropAllExcept(List.of());
    assertThat(core.callsInAnHour("blue")).isZero();
  }

  @Test
  void changesNothingIfCreatingATargetFails() {
    List<Mapping> before = TestCore.mappings("a=" + TestCore.BLUE, LAZY, "LAZY");
    List<Mapping> after = TestCore.mappings("a=" + TestCore.GREEN + ",b=" + TestCore.RED);
    RouteTable table = targets.prepare(before);
    targets.dropAllExcept(before);
    core.time.failScheduling(new OutOfMemoryError("no memory"));
    assertThatThrownBy(() -> targets.prepare(after)).isInstanceOf(OutOfMemoryError.class);
    assertThat(targets.sharedObjectCounts()).containsOnly(1);
    assertThat(targets.targetOf(before.get(0))).isSameAs(table.find("a", 5432));
    core.time.failScheduling(null);
    assertThat(core.callsInAnHour("green") + core.callsInAnHour("red")).isZero();
  }

  @Test
  void dropsADiscoveredInstanceThatIsListedNoMore() {
    Mapping blue = discovered(settings, "10.0.0.1", TestCore.BLUE);
    Mapping green = discovered(settings, "10.0.0.2", TestCore.GREEN);
    targets.updateDiscovered(List.of(blue, green));
    targets.targetOfDiscovered(blue);
    Target kept = targets.targetOfDiscovered(green);
    assertThat(TestCore.instances(targets)).hasSize(2);

    targets.updateDiscovered(List.of(discovered(settings, "10.0.0.2", TestCore.GREEN)));
    assertThat(TestCore.instances(targets)).as("readiness").hasSize(1);
    assertThat(targets.sharedObjectCounts())
        .as("identities, certificates, infos, targets")
        .containsOnly(1);
    assertThat(targets.targetOfDiscovered(green)).isSameAs(kept);
    assertThat(targets.targetOfDiscovered(blue)).as("a target for a mapping that is gone").isNull();
    assertThat(TestCore.instances(targets)).hasSize(1);
  }

  @Test
  void forgetsADeletedInstanceWithTheNextList() throws Exception {
    Settings discovering = TestCore.settings("", "discover", "projects/p");
    Targets found = core.targets(discovering);
    Discovery discovery = found.discovery(discovering);
    core.list(TestCore.BLUE, "10.0.0.1");
    core.list(TestCore.GREEN, "10.0.0.2");
    discovery.start();
    core.time.settle();
    for (String address : List.of("10.0.0.1", "10.0.0.2")) {
      Mapping mapping = discovery.find(address, 5432, Deadline.inMillis(0));
      assertThat(found.targetOfDiscovered(mapping)).as(address).isNotNull();
    }
    core.time.advance(3_600_000);
    assertThat(TestCore.instances(found)).as("listed still").hasSize(2);

    core.listed.remove(0);
    core.time.advance(300_000);
    assertThat(TestCore.instances(found)).hasSize(1).allMatch(name -> name.contains("green"));
    assertThat(found.sharedObjectCounts())
        .as("identities, certificates, infos, targets")
        .containsOnly(1);
  }

  @Test
  void remapsAndDiscoveryDoNotDropEachOthersTargets() {
    Mapping blue = discovered(settings, "10.0.0.1", TestCore.BLUE);
    targets.updateDiscovered(List.of(blue));
    Target target = targets.targetOfDiscovered(blue);
    targets.prepare(settings.mappings());
    targets.dropAllExcept(settings.mappings());
    targets.dropAllExcept(List.of());
    assertThat(targets.targetOfDiscovered(blue)).isSameAs(target);
    RouteTable table = targets.prepare(settings.mappings());
    targets.updateDiscovered(List.of());
    assertThat(targets.targetOf(mapping(0))).isSameAs(table.find("a", 5432));
  }

  @Test
  void aListDuringARemapDropsNoMappedTarget() {
    List<Mapping> before = TestCore.mappings("a=" + TestCore.BLUE);
    List<Mapping> after = TestCore.mappings("a=" + TestCore.GREEN);
    RouteTable first = targets.prepare(before);
    targets.dropAllExcept(before);
    RouteTable next = targets.prepare(after);
    targets.updateDiscovered(List.of());
    assertThat(targets.targetOf(before.get(0))).isSameAs(first.find("a", 5432));
    assertThat(targets.targetOf(after.get(0))).isSameAs(next.find("a", 5432));
  }

  @Test
  void dropsADiscoveredMappingThatTheSettingsOverride() {
    Settings own = TestCore.settings("10.0.0.1=" + TestCore.GREEN);
    Mapping blue = discovered(own, "10.0.0.1", TestCore.BLUE);
    targets.updateDiscovered(List.of(blue));
    targets.targetOfDiscovered(blue);
    targets.prepare(own.mappings());
    targets.dropAllExcept(own.mappings());
    assertThat(TestCore.instances(targets)).hasSize(1).allMatch(name -> name.contains("green"));
  }

  /** Regression: while a server did not let a tunnel be closed, no host could be looked up. */
  @Test
  void closesRemappedTunnelsWithoutTheLock(@TempDir Path directory) throws Exception {
    TestTunnels tunnels = new TestTunnels(directory);
    List<Mapping> blue = TestCore.mappings("a=" + TestCore.BLUE, LAZY, "LAZY");
    targets.prepare(blue);
    targets.dropAllExcept(blue);
    List<Boolean> locked = new ArrayList<>();
    TestTunnels.Tunnel open =
        tunnels.open(targets.targetOf(blue.get(0)), () -> locked.add(Thread.holdsLock(targets)));
    List<Mapping> green = TestCore.mappings("a=" + TestCore.GREEN, LAZY, "LAZY");
    RouteTable table = targets.prepare(green);
    targets.dropAllExcept(green);
    assertThat(targets.closeRemapped(table).values()).containsExactly(1);
    assertThat(open.isOpen()).isFalse();
    assertThat(locked).isNotEmpty().containsOnly(false);
    open.close();
  }

  @Test
  void closesTunnelsThatEarlierRemapsLeftOpen(@TempDir Path directory) throws Exception {
    TestTunnels tunnels = new TestTunnels(directory);
    List<TestTunnels.Tunnel> open = new ArrayList<>();
    List<Mapping> last = List.of();
    for (String instance :
        List.of(TestCore.BLUE, TestCore.BLUE + "?server-port=5433", TestCore.GREEN)) {
      last = TestCore.mappings("a=" + instance + ",other=" + TestCore.BLUE, LAZY, "LAZY");
      targets.prepare(last);
      targets.dropAllExcept(last);
      open.add(tunnels.open(targets.targetOf(last.get(0))));
    }
    TestTunnels.Tunnel other = tunnels.open(targets.targetOf(last.get(1)));

    List<Mapping> red = TestCore.mappings("a=" + TestCore.RED + ",other=" + TestCore.BLUE);
    RouteTable table = targets.prepare(red);
    targets.dropAllExcept(red);
    assertThat(targets.closeRemapped(table).values()).containsExactly(3);
    assertThat(open).noneMatch(TestTunnels.Tunnel::isOpen);
    assertThat(other.isOpen()).isTrue();
    for (TestTunnels.Tunnel each : open) {
      each.close();
    }
    other.close();
  }
}
