package io.github.alloydbagent.net;

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
    if (isJvms()) {
      return null;
    }
    ProxyUrl url = variables.proxy(ProxyVariables.ALL_PROXY);
    return url == null || !ProxyVariables.isSocks5(url) || variables.excludes(host)
        ? null
        : new SocksProxy(url, ProxyVariables.ALL_PROXY);
  }
}
