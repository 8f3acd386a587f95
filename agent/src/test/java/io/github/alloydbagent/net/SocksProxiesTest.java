package io.github.alloydbagent.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocksProxiesTest {
  private final Properties properties = new Properties();
  private final Map<String, String> environment = new HashMap<>();
  private final SocksProxies proxies = new SocksProxies(properties, environment);

  /** The JDK reads the properties of its selector once, when it is initialized. */
  @Test
  void socketsUseTheProxySelectorOnlyIfTheJvmHasAProxy() throws IOException {
    List<URI> selected = new ArrayList<>();
    ProxySelector before = ProxySelector.getDefault();
    ProxySelector.setDefault(
        new ProxySelector() {
          @Override
          public List<Proxy> select(URI uri) {
            selected.add(uri);
            return List.of(Proxy.NO_PROXY);
          }

          @Override
          public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
        });
    try (ServerSocket server = new ServerSocket(0, 3, InetAddress.getLoopbackAddress())) {
      connect(server);
      assertThat(selected).isEmpty();
      properties.setProperty("socksProxyHost", "proxy.example");
      connect(server);
      assertThat(selected).hasSize(1);
      properties.clear();
      properties.setProperty("java.net.useSystemProxies", "true");
      connect(server);
      assertThat(selected).hasSize(2);
    } finally {
      ProxySelector.setDefault(before);
    }
  }

  private void connect(ServerSocket server) throws IOException {
    try (Socket socket = proxies.newSocket()) {
      socket.connect(server.getLocalSocketAddress(), 10_000);
    }
  }

  @Test
  void findsTheProxyOfTheEnvironment() {
    assertThat(proxies.proxy("10.0.0.1")).isNull();
    environment.put("all_proxy", "socks5h://user:secret@proxy.example:1081/");
    SocksProxy proxy = proxies.proxy("10.0.0.1");
    assertThat(proxy).hasToString("the SOCKS proxy proxy.example:1081 of ALL_PROXY");
    assertThat(proxy.resolvesNames()).isTrue();
    environment.put("ALL_PROXY", "SOCKS5://[::1]");
    proxy = proxies.proxy("10.0.0.1");
    assertThat(proxy).hasToString("the SOCKS proxy [::1]:1080 of ALL_PROXY");
    assertThat(proxy.host()).isEqualTo("::1");
    assertThat(proxy.resolvesNames()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"socks5h://my_socks:1080", "socks5://user:p@ss:w%rd@my_socks"})
  void acceptsHostsAndPasswordsThatAreNotValidInUris(String url) {
    environment.put("ALL_PROXY", url);
    assertThat(proxies.proxy("10.0.0.1")).hasToString("the SOCKS proxy my_socks:1080 of ALL_PROXY");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://proxy:3128",
        "proxy:1080",
        "socks4://proxy",
        "socks5h://",
        "socks5h://a b"
      })
  void ignoresOtherKindsOfProxies(String url) {
    environment.put("ALL_PROXY", url);
    assertThat(proxies.proxy("10.0.0.1")).isNull();
  }

  @Test
  void excludesHostsInNoProxy() {
    environment.put("ALL_PROXY", "socks5h://proxy");
    environment.put("no_proxy", "10.0.0.0/8,example.com");
    assertThat(proxies.proxy("10.0.0.1")).isNull();
    assertThat(proxies.proxy("db.example.com")).isNull();
    assertThat(proxies.proxy("11.0.0.1")).isNotNull();
  }

  @Test
  void defersToTheJvmsProxy() {
    environment.put("ALL_PROXY", "socks5h://proxy");
    properties.setProperty("socksProxyHost", "other");
    assertThat(proxies.proxy("10.0.0.1")).isNull();
    assertThat(proxies.isConfiguredForJvm()).isTrue();
  }
}
