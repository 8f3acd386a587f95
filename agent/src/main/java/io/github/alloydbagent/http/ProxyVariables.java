package io.github.alloydbagent.http;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The environment's variables about proxies, which may be written in lower case. */
final class ProxyVariables {

  /** The proxy of API calls. */
  static final String HTTPS_PROXY = "HTTPS_PROXY";

  /** The proxy of tunnels, and of API calls where there is no other. */
  static final String ALL_PROXY = "ALL_PROXY";

  static final String NO_PROXY = "NO_PROXY";

  private final Map<String, String> environment;

  ProxyVariables(Map<String, String> environment) {
    this.environment = environment;
  }

  /** The value of a variable; empty if it is not set. */
  String get(String name) {
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
  @Nullable ProxyUrl proxy(String name) {
    String url = get(name);
    try {
      return url.isEmpty() ? null : ProxyUrl.parse(url);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Whether NO_PROXY lists the host. */
  boolean excludes(String host) {
    return NoProxy.covers(get(NO_PROXY), host);
  }

  /** Whether an HTTP proxy is meant; curl takes a proxy without a scheme for one, too. */
  static boolean isHttp(ProxyUrl proxy) {
    return proxy.scheme.isEmpty() || proxy.scheme.equals("http") || proxy.scheme.equals("https");
  }

  static boolean isSocks5(ProxyUrl proxy) {
    return proxy.scheme.equals("socks5") || proxy.scheme.equals("socks5h");
  }
}
