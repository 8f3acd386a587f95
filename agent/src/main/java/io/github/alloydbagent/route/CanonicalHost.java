package io.github.alloydbagent.route;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One spelling for all spellings of a host, so that a host is found by its hash. */
final class CanonicalHost {

  private CanonicalHost() {}

  /**
   * Lower case in every locale, without a final dot; IPv6 addresses by value, with or without
   * brackets. Returns the very same string where there is nothing to change.
   */
  static String of(String host) {
    boolean changes = false;
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c == ':') {
        String address = ipv6(host);
        return address == null ? host.toLowerCase(Locale.ROOT) : address;
      }
      changes |= (c >= 'A' && c <= 'Z') || c > 127;
    }
    int end = host.length();
    if (end > 1 && host.charAt(end - 1) == '.') {
      return host.substring(0, end - 1).toLowerCase(Locale.ROOT);
    }
    return changes ? host.toLowerCase(Locale.ROOT) : host;
  }

  /** Returns null if the host, in brackets or without, is no IPv6 address. */
  static @Nullable String ipv6(String host) {
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    return Ipv6Literal.canonical(bracketed ? host.substring(1, host.length() - 1) : host);
  }
}
