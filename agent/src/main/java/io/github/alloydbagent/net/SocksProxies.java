package io.github.alloydbagent.net;

import java.net.Proxy;
import java.net.Socket;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Selects the SOCKS proxy of a connection. The JVM's own proxy takes precedence ({@code
 * socksProxyHost}, except for {@code socksNonProxyHosts}); the JDK applies it to every socket.
 * Otherwise it is the environment's {@code ALL_PROXY}, except for {@code NO_PROXY}, if it specifies
 * a SOCKS proxy.
 */
public final class SocksProxies {
  private final Properties properties;
  private final ProxyVariables variables;

  public SocksProxies(Properties properties, Map<String, String> environment) {
    this.properties = properties;
    this.variables = new ProxyVariables(environment);
  }

  /** Returns whether the JVM has its own proxy, which the JDK's sockets use automatically. */
  public boolean isConfiguredForJvm() {
    return !property("socksProxyHost").isEmpty();
  }

  /**
   * Returns a socket to which the JDK applies the JVM's own proxy, if there is one. Otherwise the
   * JDK's {@code ProxySelector} is not initialized, which reads its system properties only once.
   */
  public Socket newSocket() {
    boolean mayHaveProxy =
        isConfiguredForJvm() || Boolean.parseBoolean(property("java.net.useSystemProxies"));
    return mayHaveProxy ? new Socket() : new Socket(Proxy.NO_PROXY);
  }

  private String property(String name) {
    return properties.getProperty(name, "");
  }

  /**
   * Returns the environment's proxy for a host, or null if there is none or the JVM has its own.
   *
   * @param host the dialed name or address
   */
  public @Nullable SocksProxy proxy(String host) {
    if (isConfiguredForJvm()) {
      return null;
    }
    ProxyUrl url = variables.proxy(ProxyVariables.ALL_PROXY);
    return url == null || !ProxyVariables.isSocks5(url) || variables.excludes(host)
        ? null
        : new SocksProxy(url, ProxyVariables.ALL_PROXY);
  }
}
