package io.github.alloydbagent.route;

import java.net.IDN;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Converts all spellings of a host into one, so that a hash table finds the host. A spelling that
 * {@code InetAddress} resolves to an address without a name server is converted to that address;
 * otherwise {@code 127.2} would bypass a mapping of {@code 127.0.0.2}.
 */
final class CanonicalHost {

  private CanonicalHost() {}

  /**
   * Returns addresses by value, with or without brackets; names in ASCII (RFC 3490), in lower case
   * whatever the locale, without a final dot. Returns the same string object if nothing changes.
   */
  static String of(String host) {
    boolean upperCase = false;
    boolean ascii = true;
    boolean colon = false;
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      upperCase |= c >= 'A' && c <= 'Z';
      ascii &= c < 128;
      colon |= c == ':';
    }
    if (colon) {
      String address = ipv6(host);
      if (address != null) {
        return address;
      }
    }
    int end = host.length();
    String name = end > 1 && host.charAt(end - 1) == '.' ? host.substring(0, end - 1) : host;
    String address = Ipv4Literal.canonical(name);
    if (address != null) {
      return address;
    }
    if (!ascii) {
      String converted = ascii(name);
      return converted == null ? name.toLowerCase(Locale.ROOT) : of(converted);
    }
    return upperCase ? name.toLowerCase(Locale.ROOT) : name;
  }

  /** Returns null if the host, in brackets or without, is not an IPv6 address. */
  static @Nullable String ipv6(String host) {
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    return Ipv6Literal.canonical(bracketed ? host.substring(1, host.length() - 1) : host);
  }

  /** Returns null if the name has no form in ASCII, or is not a name. */
  private static @Nullable String ascii(String name) {
    try {
      return IDN.toASCII(name, IDN.ALLOW_UNASSIGNED);
    } catch (RuntimeException e) { // some JDKs throw other exceptions than IllegalArgumentException
      return null;
    }
  }
}
