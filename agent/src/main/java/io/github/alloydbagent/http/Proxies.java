package io.github.alloydbagent.http;

import io.github.alloydbagent.net.ProxyUrl;
import io.github.alloydbagent.net.ProxyVariables;
import io.github.alloydbagent.net.SocksProxy;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.StringTokenizer;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;

/**
 * Sends API calls through the proxy that the JVM or its environment names: {@code https.proxyHost}
 * first, else {@code HTTPS_PROXY}, else {@code ALL_PROXY}, with its user and password if it has
 * them. Only {@code https} calls: the metadata server, which speaks {@code http} on this machine,
 * is never asked through a proxy.
 */
final class Proxies {

  /** The JDK's own default of {@code http.nonProxyHosts}. */
  private static final String LOCAL = "localhost|127.*|[::1]|0.0.0.0|[::0]";

  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private final Properties properties;
  private final ProxyVariables variables;

  Proxies(Properties properties, Map<String, String> environment) {
    this.properties = properties;
    this.variables = new ProxyVariables(environment);
  }

  /** The HTTP proxy of that server; null if there is none. */
  @Nullable HttpProxy of(HttpHost server) {
    if (!"https".equals(server.getSchemeName())) {
      return null;
    }
    String host = server.getHostName().toLowerCase(Locale.ROOT);
    String named = properties.getProperty("https.proxyHost", "");
    if (!named.isEmpty()) {
      return matchesAny(host, properties.getProperty("http.nonProxyHosts", LOCAL))
          ? null
          : ofJvm(named, number(properties.getProperty("https.proxyPort"), HTTPS_PORT));
    }
    ProxyUrl url = variable();
    return url == null || !ProxyVariables.isHttp(url) || variables.excludes(host) ? null : of(url);
  }

  /** The SOCKS proxy of that server, if {@code HTTPS_PROXY} names one; else null. */
  @Nullable SocksProxy socks(HttpHost server) {
    String host = server.getHostName().toLowerCase(Locale.ROOT);
    ProxyUrl url = variables.proxy(ProxyVariables.HTTPS_PROXY);
    return url == null
            || !ProxyVariables.isSocks5(url)
            || !"https".equals(server.getSchemeName())
            || !properties.getProperty("https.proxyHost", "").isEmpty()
            || variables.excludes(host)
        ? null
        : new SocksProxy(url, ProxyVariables.HTTPS_PROXY);
  }

  private static HttpProxy of(ProxyUrl url) {
    boolean tls = url.scheme.equals("https");
    int port = url.port < 0 ? (tls ? HTTPS_PORT : HTTP_PORT) : url.port;
    return new HttpProxy(url.host, port, login(url), tls);
  }

  /**
   * The JVM's, which has no password of its own, with the variable's user and password if they are
   * for the same host, and with its TLS: a password for a proxy with TLS is not sent without it.
   */
  private HttpProxy ofJvm(String host, int port) {
    ProxyUrl variable = variable();
    return variable != null
            && ProxyVariables.isHttp(variable)
            && variable.host.equalsIgnoreCase(host)
        ? new HttpProxy(host, port, login(variable), variable.scheme.equals("https"))
        : new HttpProxy(host, port, null, false);
  }

  private static @Nullable String login(ProxyUrl url) {
    return url.user == null ? null : url.user + ":" + url.password;
  }

  /** {@code HTTPS_PROXY}; where it is not set, {@code ALL_PROXY}, if that names an HTTP proxy. */
  private @Nullable ProxyUrl variable() {
    if (!variables.get(ProxyVariables.HTTPS_PROXY).isEmpty()) {
      return variables.proxy(ProxyVariables.HTTPS_PROXY);
    }
    return variables.proxy(ProxyVariables.ALL_PROXY);
  }

  /** The JDK's patterns, separated by |, each with a * at its beginning or its end. */
  private static boolean matchesAny(String host, String patterns) {
    StringTokenizer each = new StringTokenizer(patterns.toLowerCase(Locale.ROOT), "|");
    while (each.hasMoreTokens()) {
      String pattern = each.nextToken().trim();
      if (pattern.startsWith("*")
          ? host.endsWith(pattern.substring(1))
          : pattern.endsWith("*")
              ? host.startsWith(pattern.substring(0, pattern.length() - 1))
              : host.equals(pattern)) {
        return true;
      }
    }
    return false;
  }

  private static int number(@Nullable String text, int otherwise) {
    int port = text == null ? -1 : ProxyUrl.port(text.trim());
    return port < 0 ? otherwise : port;
  }
}
