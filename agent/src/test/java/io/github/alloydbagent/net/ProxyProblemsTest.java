package io.github.alloydbagent.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyProblemsTest {
  private final Properties properties = new Properties();
  private final Map<String, String> environment = new HashMap<>();

  private List<String> problems() {
    return ProxyProblems.of(properties, environment);
  }

  @Test
  void findsNothingIfNothingIsSet() {
    assertThat(problems()).isEmpty();
  }

  @Test
  void findsNothingInValidSettings() {
    environment.put("HTTPS_PROXY", "https://user:p@ss:w%rd@squid_proxy:3128");
    environment.put("ALL_PROXY", "socks5h://my_socks:1080");
    environment.put(
        "NO_PROXY", "localhost,.example.com, *.a.b 10.0.0.0/8,fd00::/8,::1,[::1],a_b,1.2.3.4,*");
    properties.setProperty("https.proxyHost", "squid_proxy");
    properties.setProperty("https.proxyPort", "3128");
    properties.setProperty("http.nonProxyHosts", "localhost|*.example.com|[::1]");
    properties.setProperty("socksProxyHost", "::1");
    assertThat(problems()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "HTTPS_PROXY, http://user:secret@proxy:port, its port is not a number from 1 to 65535",
    "https_proxy, http://user:secret@, it has no host",
    "HTTPS_PROXY, http://user:se/cret@proxy, %2F",
    "ALL_PROXY, socks5h://user:secret@a b, its host is neither a name nor an address",
    "all_proxy, socks4://user:secret@proxy, the scheme socks4:// is not supported",
  })
  void reportsAnInvalidVariableWithoutItsPassword(String name, String url, String why) {
    environment.put(name, url);
    assertThat(problems())
        .singleElement()
        .asString()
        .startsWith("AAJ-410: " + name.toUpperCase(java.util.Locale.ROOT) + " cannot be used: ")
        .contains(why, "without this proxy", "HOST[:PORT]")
        .doesNotContain("secret", "cret@");
  }

  @Test
  void reportsEntriesThatMatchNothing() {
    environment.put("NO_PROXY", "example.com,10.0.0.0/33,10.0.0.0/x,http://a,b:443,a*b");
    assertThat(problems())
        .hasSize(5)
        .allMatch(problem -> problem.startsWith("AAJ-410: NO_PROXY has the entry \""))
        .anyMatch(problem -> problem.contains("\"10.0.0.0/33\""))
        .anyMatch(problem -> problem.contains("\"b:443\""));
  }

  @Test
  void reportsInvalidProperties() {
    properties.setProperty("https.proxyHost", "http://user:secret@proxy:3128");
    properties.setProperty("https.proxyPort", "none");
    properties.setProperty("http.nonProxyHosts", "localhost,example.com");
    properties.setProperty("socksProxyHost", "proxy:1080");
    properties.setProperty("socksProxyPort", "0");
    properties.setProperty("socksNonProxyHosts", "a b");
    assertThat(problems())
        .hasSize(6)
        .allMatch(problem -> problem.startsWith("AAJ-410: the system property "))
        .anyMatch(problem -> problem.contains("https.proxyHost is not a host name"))
        .anyMatch(problem -> problem.contains("https.proxyPort is not a number"))
        .anyMatch(problem -> problem.contains("http.nonProxyHosts has the entry \"localhost,exa"))
        .anyMatch(problem -> problem.contains("socksProxyHost is not a host name"))
        .noneMatch(problem -> problem.contains("secret"));
  }
}
