package io.github.alloydbagent.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Which SOCKS proxy a connection goes through. The JVM's own comes first ({@code socksProxyHost},
 * but for {@code socksNonProxyHosts}): the JDK sees to that one for every socket. Else it is the
 * environment's {@code ALL_PROXY}, but for {@code NO_PROXY}, if that names a SOCKS proxy.
 */
public final class SocksProxies {
  private final Properties properties;
  private final ProxyVariables variables;

  public SocksProxies(Properties properties, Map<String, String> environment) {
    this.properties = properties;
    this.variables = new ProxyVariables(environment);
  }

  /** Whether the JVM has one, which the JDK's sockets use without being told. */
  public boolean isJvms() {
    return !properties.getProperty("socksProxyHost", "").isEmpty();
  }

  /**
   * The proxy of the environment for that host; null where there is none, or the JVM has its own.
   *
   * @param host a name or an address, as it is dialled
   */
  public @Nullable SocksProxy of(String host) {
    String url = variables.get("ALL_PROXY");
    if (isJvms() || url.isEmpty() || variables.excludes(host)) {
      return null;
    }
    try {
      URI uri = new URI(url);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      boolean resolves = scheme.equals("socks5h");
      return uri.getHost() == null || !(resolves || scheme.equals("socks5"))
          ? null
          : new SocksProxy(uri, resolves);
    } catch (URISyntaxException e) {
      return null;
    }
  }
}
