package io.github.alloydbagent.http;

import java.util.Locale;
import java.util.Map;

/** The environment's variables about proxies, which may be written in lower case. */
final class ProxyVariables {
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

  /** Whether NO_PROXY lists the host. */
  boolean excludes(String host) {
    return NoProxy.covers(get("NO_PROXY"), host);
  }
}
