package io.github.alloydbagent.net;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The environment variables for proxies, in upper or lower case. */
public final class ProxyVariables {

  /** The proxy for API calls. */
  public static final String HTTPS_PROXY = "HTTPS_PROXY";

  /** The proxy for tunnels, and for API calls if no other proxy is set. */
  public static final String ALL_PROXY = "ALL_PROXY";

  static final String NO_PROXY = "NO_PROXY";

  private final Map<String, String> environment;

  public ProxyVariables(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Returns the value of a variable; empty if it is not set. */
  public String get(String name) {
    String value = environment.get(name);
    if (value == null) {
      value = environment.get(name.toLowerCase(Locale.ROOT));
    }
    return value == null ? "" : value.trim();
  }

  /**
   * Returns the proxy in a variable, or null if the variable is not set or invalid, which {@link
   * ProxyProblems} reports.
   */
  public @Nullable ProxyUrl proxy(String name) {
    String url = get(name);
    try {
      return url.isEmpty() ? null : ProxyUrl.parse(url);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Returns whether NO_PROXY lists the host. */
  public boolean excludes(String host) {
    return NoProxy.covers(get(NO_PROXY), host);
  }

  /**
   * Returns whether this is an HTTP proxy. As in curl, a proxy without a scheme is an HTTP proxy.
   */
  public static boolean isHttp(ProxyUrl proxy) {
    return proxy.scheme.isEmpty() || proxy.scheme.equals("http") || proxy.scheme.equals("https");
  }

  public static boolean isSocks5(ProxyUrl proxy) {
    return proxy.scheme.equals("socks5") || proxy.scheme.equals("socks5h");
  }
}
