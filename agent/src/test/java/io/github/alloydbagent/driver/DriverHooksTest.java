package io.github.alloydbagent.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DriverHooksTest {

  private static final String MAPPED = FakeConnections.MAPPED;

  private final SocketFactory original = SocketFactory.getDefault();
  private final List<String> warnings = new ArrayList<>();
  private final DriverNotices notices = new DriverNotices(warnings::add, detail -> {});
  private final AtomicInteger repairs = new AtomicInteger();
  private FakePostgres server;
  private FakeConnections connections;
  private DriverHooks hooks;

  @BeforeEach
  void start() throws IOException {
    server = new FakePostgres();
    connections = new FakeConnections(server.port());
    hooks = new DriverHooks(connections, notices, repairs::incrementAndGet);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  /** As an Error it would pass through applications that handle connections that fail. */
  @Test
  void aLinkageErrorIsAFailedConnection() {
    NoClassDefFoundError unusable = new NoClassDefFoundError("Could not initialize class X");
    connections.breakClasses(unusable);
    assertThatThrownBy(() -> factory(original, MAPPED, 5432, 0))
        .isInstanceOf(IOException.class)
        .hasCause(unusable)
        .hasMessageContaining("AlloyDB Agent", "Could not initialize class X");
  }

  @Test
  void keepsTheFactoryOfAnUnmappedHost() {
    assertThat(factory(original, "db.example", 5432, 0)).isSameAs(original);
    assertThat(factory(null, "db.example", 5432, 0)).isNull();
  }

  @Test
  void returnsTunnelsForAMappedHostFromEveryFactoryMethod() throws IOException {
    SocketFactory tunnels = factory(original, MAPPED, 5432, 1500);
    InetAddress local = InetAddress.getLoopbackAddress();
    tunnels.createSocket().close();
    tunnels.createSocket("x", 1).close();
    tunnels.createSocket("x", 1, local, 0).close();
    tunnels.createSocket(local, 1).close();
    tunnels.createSocket(local, 1, local, 0).close();
    assertThat(connections.made()).hasSize(5).containsOnly("alias.invalid:5432 within 1500");
  }

  @Test
  void givesEachLaterSocketANewDeadline() throws IOException {
    SocketFactory tunnels = factory(original, MAPPED, 5432, 1500);
    tunnels.createSocket().close(); // FakeConnections rejects a second use of a deadline
    tunnels.createSocket().close();
    assertThat(connections.lookups()).hasSize(1);
  }

  @Test
  void doesNotWrapItsOwnFactory() throws IOException {
    SocketFactory tunnels = factory(original, MAPPED, 5432, 1500);
    SocketFactory again = factory(tunnels, MAPPED, 5432, 1500);
    again.createSocket().close();
    assertThat(factory(again, "db.example", 5432, 1500)).isSameAs(original);
    assertThat(connections.made()).containsExactly("alias.invalid:5432 within 1500");
  }

  @Test
  void givesACancelRequestANewDeadline() throws IOException {
    SocketFactory tunnels = factory(original, MAPPED, 5432, 1500);
    tunnels.createSocket().close();
    factory(tunnels, MAPPED, 5432, 10).createSocket().close();
    assertThat(connections.made())
        .containsExactly("alias.invalid:5432 within 1500", "alias.invalid:5432 within 10");
  }

  @Test
  void sendsACancelRequestToTheInstanceOfItsConnection() throws IOException {
    SocketFactory tunnels = factory(original, MAPPED, 5432, 1500);
    tunnels.createSocket().close();
    connections.remap("green");
    factory(tunnels, MAPPED, 5432, 10).createSocket().close();
    factory(original, MAPPED, 5432, 20).createSocket().close();
    assertThat(connections.made())
        .containsExactly(
            "alias.invalid:5432 within 1500",
            "alias.invalid:5432 within 10",
            "alias.invalid:5432 within 20 to green");
  }

  @Test
  void restoresTheDriversFactoryForAnotherHost() throws IOException {
    SocketFactory tunnels = factory(original, MAPPED, 5432, 0);
    assertThat(factory(tunnels, "db.example", 5432, 0)).isSameAs(original);
    factory(tunnels, MAPPED, 5433, 0).createSocket().close();
    assertThat(connections.made()).containsExactly("alias.invalid:5433 within 0");
  }

  @Test
  void looksUpEachHostOfAList() {
    SocketFactory first = factory(original, MAPPED, 5432, 10);
    SocketFactory second = factory(first, "db.example", 5432, 10);
    factory(second, MAPPED, 5433, 10);
    assertThat(connections.lookups())
        .containsExactly(
            "alias.invalid:5432 within 10",
            "db.example:5432 within 10",
            "alias.invalid:5433 within 10");
  }

  @Test
  void neverConnectsPlainWithAFactoryAfterTheHostIsUnmapped() throws IOException {
    SocketFactory tunnels = factory(original, MAPPED, 5432, 0);
    connections.breakConfiguration("gone");
    try (Socket socket = factory(tunnels, MAPPED, 5432, 0).createSocket()) {
      assertThat(connections.isTunnel(socket)).isTrue();
    }
    assertThatThrownBy(() -> factory(tunnels, MAPPED, 5433, 0)).hasMessage("gone");
  }

  /** Like the constructors of 9.4.1208 to 9.4.1212. */
  @ParameterizedTest
  @ValueSource(strings = {MAPPED, "localhost"})
  void looksUpOnceForAFactoryAndAnAddress(String host) throws IOException {
    SocketFactory factory = factory(original, host, 5432, 1500);
    if (host.equals(MAPPED)) {
      factory.createSocket().close();
    }
    InetSocketAddress address =
        (InetSocketAddress) hooks.apply(call(DriverHooks.ADDRESS, host, 5432));
    assertThat(address.isUnresolved()).isEqualTo(host.equals(MAPPED));
    assertThat(connections.lookups()).containsExactly(host + ":5432 within 1500");
  }

  /** Like the constructors of 9.2 to 9.4.1207. */
  @ParameterizedTest
  @ValueSource(strings = {MAPPED, "localhost"})
  void looksUpOnceForASocketAndAnAddress(String host) throws IOException {
    ((Socket) hooks.apply(call(DriverHooks.SOCKET, host, 5432, 1500))).close();
    hooks.apply(call(DriverHooks.ADDRESS, host, 5432));
    assertThat(connections.lookups()).containsExactly(host + ":5432 within 1500");
  }

  @Test
  void looksUpOnceForACancelRequestAndItsAddress() throws IOException {
    SocketFactory tunnels = factory(original, MAPPED, 5432, 1500);
    hooks.apply(call(DriverHooks.ADDRESS, MAPPED, 5432));
    factory(tunnels, MAPPED, 5432, 10).createSocket().close();
    hooks.apply(call(DriverHooks.ADDRESS, MAPPED, 5432));
    assertThat(connections.lookups()).hasSize(1);
  }

  @Test
  void looksUpOnceForAConnectedSocket() throws IOException {
    ((Socket) hooks.apply(call(DriverHooks.CONNECTED_SOCKET, MAPPED, 5432))).close();
    assertThat(connections.lookups()).containsExactly("alias.invalid:5432 within 0");
  }

  @Test
  void ignoresTheLastLookupOfAnotherHostOrThread() throws Exception {
    factory(original, MAPPED, 5432, 1500);
    hooks.apply(call(DriverHooks.ADDRESS, "localhost", 5432));
    factory(original, MAPPED, 5432, 1500);
    Thread other = new Thread(() -> hooks.apply(call(DriverHooks.ADDRESS, MAPPED, 5432)));
    other.start();
    other.join();
    assertThat(connections.lookups())
        .containsExactly(
            "alias.invalid:5432 within 1500",
            "localhost:5432 within 0",
            "alias.invalid:5432 within 1500",
            "alias.invalid:5432 within 0");
  }

  @Test
  void resolvesOnlyUnmappedHosts() {
    assertThat((InetSocketAddress) hooks.apply(call(DriverHooks.ADDRESS, "localhost", 1)))
        .isEqualTo(new InetSocketAddress("localhost", 1));
    assertThat((InetSocketAddress) hooks.apply(call(DriverHooks.ADDRESS, MAPPED, 1)))
        .isEqualTo(InetSocketAddress.createUnresolved(MAPPED, 1));
    assertThatThrownBy(() -> hooks.apply(call(DriverHooks.ADDRESS, "localhost", 65536)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("port out of range:65536");
  }

  @Test
  void createsSocketsForOldDrivers() throws IOException {
    try (Socket fresh = (Socket) hooks.apply(call(DriverHooks.SOCKET, "localhost", 1, 0));
        Socket made =
            (Socket) hooks.apply(call(DriverHooks.CONNECTED_SOCKET, "localhost", server.port()))) {
      assertThat(fresh.isConnected()).isFalse();
      assertThat(made.isConnected()).isTrue();
    }
    assertThat(connections.made()).isEmpty();
  }

  @Test
  void recognizesATunnel() throws IOException {
    try (Socket tunnel = (Socket) hooks.apply(call(DriverHooks.SOCKET, MAPPED, 1, 20));
        Socket other = new Socket()) {
      assertThat(hooks.apply(call(DriverHooks.IS_TUNNEL, tunnel))).isEqualTo(true);
      assertThat(hooks.apply(call(DriverHooks.IS_TUNNEL, other))).isEqualTo(false);
    }
  }

  @Test
  void refusesAMappedHostWithoutATunnelAndRepairs() throws IOException {
    try (Socket plain = new Socket("127.0.0.1", server.port())) {
      assertThatThrownBy(
              () -> hooks.apply(call(DriverHooks.GUARD, "x.Opener", plain, MAPPED, 5432)))
          .isExactlyInstanceOf(IOException.class)
          .hasMessageContaining("the mapped host alias.invalid:5432")
          .hasMessageContaining("x.Opener")
          .hasMessageContaining("Nothing was sent");
      assertThat(plain.isClosed()).isTrue();
      assertThat(repairs).hasValue(1);
    }
    assertThat(server.bytesReceived()).isZero();
  }

  @Test
  void letsTunnelsAndUnmappedHostsPassTheGuard() throws IOException {
    try (Socket tunnel = (Socket) hooks.apply(call(DriverHooks.SOCKET, MAPPED, 1, 20));
        Socket plain = new Socket()) {
      assertThat(hooks.apply(call(DriverHooks.GUARD, "x", tunnel, MAPPED, 5432))).isNull();
      assertThat(hooks.apply(call(DriverHooks.GUARD, "x", plain, "db.example", 5432))).isNull();
      assertThat(plain.isClosed()).isFalse();
      assertThat(repairs).hasValue(0);
    }
  }

  @Test
  void closesTheSocketWhileTheConfigurationIsBroken() throws IOException {
    connections.breakConfiguration("host a is mapped twice");
    try (Socket plain = new Socket("127.0.0.1", server.port())) {
      assertThatThrownBy(() -> hooks.apply(call(DriverHooks.GUARD, "x", plain, "db.example", 5432)))
          .isExactlyInstanceOf(IOException.class)
          .hasMessage("host a is mapped twice");
      assertThat(plain.isClosed()).isTrue();
    }
  }

  @Test
  void passesIOExceptionsUnchanged() {
    connections.breakConfiguration("host a is mapped twice");
    for (Object[] each :
        List.of(
            call(DriverHooks.FACTORY, original, MAPPED, 1, 0),
            call(DriverHooks.ADDRESS, MAPPED, 1),
            call(DriverHooks.SOCKET, MAPPED, 1, 0),
            call(DriverHooks.CONNECTED_SOCKET, MAPPED, 1),
            call(DriverHooks.REFUSE, "PGStream", MAPPED, 1))) {
      assertThatThrownBy(() -> hooks.apply(each))
          .isExactlyInstanceOf(IOException.class)
          .hasMessage("host a is mapped twice");
    }
  }

  @Test
  void logsNoticesFromWeavingOnce() {
    notices.warning(ErrorCode.DRIVER_UNKNOWN, "an odd driver");
    hooks.apply(call(DriverHooks.ADDRESS, "localhost", 1));
    hooks.apply(call(DriverHooks.ADDRESS, "localhost", 1));
    assertThat(warnings).containsExactly("AAJ-701: an odd driver");
  }

  @Test
  void rejectsAnUnknownHook() {
    assertThatThrownBy(() -> hooks.apply(call("later")))
        .isInstanceOf(IOException.class)
        .hasMessage("AlloyDB Agent: AAJ-708: the driver was woven by another agent: later");
  }

  private SocketFactory factory(SocketFactory factory, String host, int port, int timeout) {
    return (SocketFactory) hooks.apply(call(DriverHooks.FACTORY, factory, host, port, timeout));
  }

  private static Object[] call(Object... call) {
    return call;
  }
}
