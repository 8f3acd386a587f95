package io.github.alloydbagent.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.StringTokenizer;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;

/**
 * Sends API calls through the proxy that the JVM or its environment names: {@code https.proxyHost}
 * first, else {@code HTTPS_PROXY}, with its user and password if it has them. Only {@code https}
 * calls: the metadata server, which speaks {@code http} on this machine, is never asked through a
 * proxy.
 */
final class Proxies {

  /** The JDK's own default of {@code http.nonProxyHosts}. */
  private static final String LOCAL = "localhost|127.*|[::1]|0.0.0.0|[::0]";

  private final Properties properties;
  private final ProxyVariables variables;

  Proxies(Properties properties, Map<String, String> environment) {
    this.properties = properties;
    this.variables = new ProxyVariables(environment);
  }

  /** The proxy of that server; null where it is asked without. */
  @Nullable HttpProxy of(HttpHost server) {
    if (!"https".equals(server.getSchemeName())) {
      return null;
    }
    String host = server.getHostName().toLowerCase(Locale.ROOT);
    String named = properties.getProperty("https.proxyHost", "");
    if (!named.isEmpty()) {
      return matchesAny(host, properties.getProperty("http.nonProxyHosts", LOCAL))
          ? null
          : proxy(named, number(properties.getProperty("https.proxyPort"), 443));
    }
    URI proxy = variable();
    return proxy == null || variables.excludes(host)
        ? null
        : proxy(proxy.getHost(), proxy.getPort() < 0 ? 80 : proxy.getPort());
  }

  /** With the variable's user and password, if they are for this one. */
  private HttpProxy proxy(String host, int port) {
    URI variable = variable();
    return new HttpProxy(
        host,
        port,
        variable != null && variable.getHost().equalsIgnoreCase(host)
            ? variable.getUserInfo()
            : null);
  }

  private @Nullable URI variable() {
    String url = variables.get("HTTPS_PROXY");
    if (url.isEmpty()) {
      return null;
    }
    try {
      URI uri = new URI(url.contains("://") ? url : "http://" + url);
      return uri.getHost() == null ? null : uri;
    } catch (URISyntaxException e) {
      return null;
    }
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
    try {
      return text == null ? otherwise : Integer.parseInt(text.trim());
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }
}
