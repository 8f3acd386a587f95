package io.github.alloydbagent.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxiesTest {
  private final Properties properties = new Properties();
  private final Map<String, String> environment = new HashMap<>();
  private final Proxies proxies = new Proxies(properties, environment);

  private HttpHost proxyOf(String scheme, String host) {
    return proxies.determineProxy(new HttpHost(scheme, host), HttpCoreContext.create());
  }

  @Test
  void goesStraightWhereNoProxyIsNamed() {
    assertThat(proxyOf("https", "alloydb.googleapis.com")).isNull();
  }

  @Test
  void takesTheJvmsProxyBeforeTheEnvironments() {
    environment.put("HTTPS_PROXY", "http://other:1");
    properties.setProperty("https.proxyHost", "proxy");
    properties.setProperty("https.proxyPort", "3128");
    assertThat(proxyOf("https", "alloydb.googleapis.com"))
        .isEqualTo(new HttpHost("http", "proxy", 3128));
  }

  @Test
  void neverAsksTheMetadataServerThroughAProxy() {
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
  void readsTheEnvironmentsProxy(String url, String host, int port) {
    environment.put("https_proxy", url);
    assertThat(proxyOf("https", "alloydb.googleapis.com"))
        .isEqualTo(new HttpHost("http", host, port));
  }

  @Test
  void givesAPasswordToTheProxyAlone() {
    environment.put("HTTPS_PROXY", "http://user:se:cret@proxy:8080");
    UsernamePasswordCredentials credentials =
        (UsernamePasswordCredentials)
            proxies.getCredentials(new AuthScope("proxy", 8080), HttpCoreContext.create());
    assertThat(credentials.getUserName()).isEqualTo("user");
    assertThat(credentials.getUserPassword()).containsExactly("se:cret".toCharArray());
    assertThat(proxies.getCredentials(new AuthScope("api", 443), HttpCoreContext.create()))
        .isNull();
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
  void leavesOutWhatNoProxyLists(String list, boolean excluded) {
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
  void leavesOutWhatTheJvmLists(String patterns, boolean excluded) {
    properties.setProperty("https.proxyHost", "proxy");
    properties.setProperty("http.nonProxyHosts", patterns);
    assertThat(proxyOf("https", "alloydb.googleapis.com") == null).isEqualTo(excluded);
  }
}
