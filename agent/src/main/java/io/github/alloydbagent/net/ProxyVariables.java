package io.github.alloydbagent.net;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The environment's variables about proxies, which may be written in lower case. */
public final class ProxyVariables {

  /** The proxy of API calls. */
  public static final String HTTPS_PROXY = "HTTPS_PROXY";

  /** The proxy of tunnels, and of API calls where there is no other. */
  public static final String ALL_PROXY = "ALL_PROXY";

  static final String NO_PROXY = "NO_PROXY";

  private final Map<String, String> environment;

  public ProxyVariables(Map<String, String> environment) {
    this.environment = environment;
  }

  /** The value of a variable; empty if it is not set. */
  public String get(String name) {
    String value = environment.get(name);
    if (value == null) {
      value = environment.get(name.toLowerCase(Locale.ROOT));
    }
    return value == null ? "" : value.trim();
  }

  /**
   * The proxy that a variable names; null if it is not set, or if what it says is not a proxy,
   * which {@link ProxyProblems} reports.
   */
  public @Nullable ProxyUrl proxy(String name) {
    String url = get(name);
    try {
      return url.isEmpty() ? null : ProxyUrl.parse(url);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Whether NO_PROXY lists the host. */
  public boolean excludes(String host) {
    return NoProxy.covers(get(NO_PROXY), host);
  }

  /** Whether an HTTP proxy is meant; curl takes a proxy without a scheme for one, too. */
  public static boolean isHttp(ProxyUrl proxy) {
    return proxy.scheme.isEmpty() || proxy.scheme.equals("http") || proxy.scheme.equals("https");
  }

  public static boolean isSocks5(ProxyUrl proxy) {
    return proxy.scheme.equals("socks5") || proxy.scheme.equals("socks5h");
  }
}
