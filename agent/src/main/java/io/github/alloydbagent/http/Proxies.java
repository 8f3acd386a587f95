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
 * Selects the proxy for API calls: {@code https.proxyHost}, otherwise {@code HTTPS_PROXY},
 * otherwise {@code ALL_PROXY}, with its user and password if it has them. Applies to {@code https}
 * calls only: the metadata server, which is local and uses {@code http}, is never called through a
 * proxy.
 */
final class Proxies {

  /** The JDK's own default for {@code http.nonProxyHosts}. */
  private static final String DEFAULT_NON_PROXY_HOSTS = "localhost|127.*|[::1]|0.0.0.0|[::0]";

  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private final Properties properties;
  private final ProxyVariables variables;

  Proxies(Properties properties, Map<String, String> environment) {
    this.properties = properties;
    this.variables = new ProxyVariables(environment);
  }

  /** Returns the HTTP proxy for a server, or null if there is none. */
  @Nullable HttpProxy httpProxy(HttpHost server) {
    if (!"https".equals(server.getSchemeName())) {
      return null;
    }
    String host = server.getHostName().toLowerCase(Locale.ROOT);
    String proxyHost = properties.getProperty("https.proxyHost", "");
    if (!proxyHost.isEmpty()) {
      return matchesAny(host, properties.getProperty("http.nonProxyHosts", DEFAULT_NON_PROXY_HOSTS))
          ? null
          : ofJvm(proxyHost, portOrDefault(properties.getProperty("https.proxyPort"), HTTPS_PORT));
    }
    ProxyUrl url = environmentProxy();
    return url == null || !ProxyVariables.isHttp(url) || variables.excludes(host)
        ? null
        : httpProxy(url);
  }

  /** Returns the SOCKS proxy for a server if {@code HTTPS_PROXY} specifies one, otherwise null. */
  @Nullable SocksProxy socksProxy(HttpHost server) {
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

  private static HttpProxy httpProxy(ProxyUrl url) {
    boolean usesTls = url.scheme.equals("https");
    int port = url.port < 0 ? (usesTls ? HTTPS_PORT : HTTP_PORT) : url.port;
    return new HttpProxy(url.host, port, login(url), usesTls);
  }

  /**
   * Returns the JVM's proxy. The JVM's settings contain no password, so if the variable is for the
   * same host, this adds its user and password, and its TLS: a password for a proxy with TLS is not
   * sent without TLS.
   */
  private HttpProxy ofJvm(String host, int port) {
    ProxyUrl environmentProxy = environmentProxy();
    return environmentProxy != null
            && ProxyVariables.isHttp(environmentProxy)
            && environmentProxy.host.equalsIgnoreCase(host)
        ? new HttpProxy(
            host, port, login(environmentProxy), environmentProxy.scheme.equals("https"))
        : new HttpProxy(host, port, null, false);
  }

  private static @Nullable String login(ProxyUrl url) {
    return url.user == null ? null : url.user + ":" + url.password;
  }

  /** Returns {@code HTTPS_PROXY}, or {@code ALL_PROXY} if that is not set. */
  private @Nullable ProxyUrl environmentProxy() {
    if (!variables.get(ProxyVariables.HTTPS_PROXY).isEmpty()) {
      return variables.proxy(ProxyVariables.HTTPS_PROXY);
    }
    return variables.proxy(ProxyVariables.ALL_PROXY);
  }

  /**
   * Matches the JDK's patterns, separated by |, each of which may have a * at its beginning or its
   * end.
   */
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

  private static int portOrDefault(@Nullable String text, int defaultPort) {
    int port = text == null ? -1 : ProxyUrl.port(text.trim());
    return port < 0 ? defaultPort : port;
  }
}
