package io.github.alloydbagent.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxiesTest {
  private final Properties properties = new Properties();
  private final Map<String, String> environment = new HashMap<>();
  private final Proxies proxies = new Proxies(properties, environment);

  private @Nullable HttpHost proxyOf(String scheme, String host) {
    HttpProxy proxy = proxies.httpProxy(new HttpHost(scheme, host));
    return proxy == null ? null : proxy.host;
  }

  @Test
  void usesNoProxyIfNoneIsSet() {
    assertThat(proxyOf("https", "alloydb.googleapis.com")).isNull();
  }

  @Test
  void prefersTheJvmsProxyToTheEnvironments() {
    environment.put("HTTPS_PROXY", "http://other:1");
    properties.setProperty("https.proxyHost", "proxy");
    properties.setProperty("https.proxyPort", "3128");
    assertThat(proxyOf("https", "alloydb.googleapis.com"))
        .isEqualTo(new HttpHost("http", "proxy", 3128));
  }

  @Test
  void neverCallsTheMetadataServerThroughAProxy() {
    environment.put("HTTPS_PROXY", "http://proxy:3128");
    environment.put("HTTP_PROXY", "http://proxy:3128");
    properties.setProperty("http.proxyHost", "proxy");
    assertThat(proxyOf("http", "metadata.google.internal")).isNull();
    assertThat(proxyOf("http", "169.254.169.254")).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "http://proxy:3128, proxy, 3128",
    "proxy:3128, proxy, 3128",
    "http://proxy, proxy, 80",
    "http://user:secret@proxy:8080/, proxy, 8080",
  })
  void usesTheEnvironmentsProxy(String url, String host, int port) {
    environment.put("https_proxy", url);
    assertThat(proxyOf("https", "alloydb.googleapis.com"))
        .isEqualTo(new HttpHost("http", host, port));
  }

  @ParameterizedTest
  @CsvSource({
    "http://squid_proxy:3128, http, squid_proxy, 3128, ''",
    "http://user:p@ss:w%rd@proxy:3128, http, proxy, 3128, 'user:p@ss:w%rd'",
    "https://user:pw@proxy, https, proxy, 443, user:pw",
    "https://user:pw@proxy:8443, https, proxy, 8443, user:pw",
  })
  void acceptsHostsAndPasswordsThatAreNotValidInUris(
      String url, String scheme, String host, int port, String login) {
    environment.put("HTTPS_PROXY", url);
    HttpProxy proxy = proxies.httpProxy(new HttpHost("https", "alloydb.googleapis.com"));
    assertThat(proxy.host).isEqualTo(new HttpHost(scheme, host, port));
    assertThat(proxy.login()).isEqualTo(login.isEmpty() ? null : login);
  }

  @Test
  void usesTheSocksProxyOfHttpsProxy() {
    environment.put("HTTPS_PROXY", "socks5h://my_socks");
    environment.put("NO_PROXY", "example.com");
    assertThat(proxyOf("https", "alloydb.googleapis.com")).isNull();
    assertThat(proxies.socksProxy(new HttpHost("https", "alloydb.googleapis.com")))
        .hasToString("the SOCKS proxy my_socks:1080 of HTTPS_PROXY");
    assertThat(proxies.socksProxy(new HttpHost("https", "db.example.com"))).isNull();
    assertThat(proxies.socksProxy(new HttpHost("http", "metadata.google.internal"))).isNull();
  }

  @Test
  void usesAllProxyIfThereIsNoOther() {
    environment.put("ALL_PROXY", "http://proxy:3128");
    assertThat(proxyOf("https", "alloydb.googleapis.com"))
        .isEqualTo(new HttpHost("http", "proxy", 3128));
    environment.put("ALL_PROXY", "socks5h://proxy");
    assertThat(proxyOf("https", "alloydb.googleapis.com")).isNull();
  }

  /** A password for a proxy with TLS is not sent to the same proxy without TLS. */
  @Test
  void usesTlsToTheJvmsProxyIfThePasswordRequiresIt() {
    properties.setProperty("https.proxyHost", "proxy");
    properties.setProperty("https.proxyPort", "8443");
    environment.put("HTTPS_PROXY", "https://user:pw@PROXY");
    HttpProxy proxy = proxies.httpProxy(new HttpHost("https", "alloydb.googleapis.com"));
    assertThat(proxy.host).isEqualTo(new HttpHost("https", "proxy", 8443));
    assertThat(proxy.login()).isEqualTo("user:pw");
  }

  @Test
  void doesNotRevealThePassword() {
    environment.put("HTTPS_PROXY", "http://user:secret@proxy:8080");
    assertThat(proxies.httpProxy(new HttpHost("https", "alloydb.googleapis.com")))
        .hasToString("the HTTP proxy proxy:8080");
  }

  @ParameterizedTest
  @CsvSource({
    "alloydb.googleapis.com, true",
    ".googleapis.com, true",
    "googleapis.com, true",
    "*.googleapis.com, true",
    "'internal, GOOGLEAPIS.COM', true",
    "*, true",
    "apis.com, false",
    "'', false",
  })
  void excludesHostsInNoProxy(String list, boolean excluded) {
    environment.put("HTTPS_PROXY", "http://proxy:3128");
    environment.put("NO_PROXY", list);
    assertThat(proxyOf("https", "alloydb.googleapis.com") == null).isEqualTo(excluded);
  }

  @ParameterizedTest
  @CsvSource({
    "localhost|*.googleapis.com, true",
    "alloydb.*, true",
    "alloydb.googleapis.com, true",
    "googleapis.com, false",
  })
  void excludesHostsInTheJvmsList(String patterns, boolean excluded) {
    properties.setProperty("https.proxyHost", "proxy");
    properties.setProperty("http.nonProxyHosts", patterns);
    assertThat(proxyOf("https", "alloydb.googleapis.com") == null).isEqualTo(excluded);
  }
}
