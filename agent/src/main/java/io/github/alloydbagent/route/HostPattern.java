package io.github.alloydbagent.route;

import org.jspecify.annotations.Nullable;

/**
 * Matches the hosts and ports of JDBC URLs to which a mapping applies: {@code host}, {@code
 * host:port}, {@code [::1]:5432}, a bare {@code ::1}, or {@code *.db.example} for any single label
 * below {@code db.example}. Patterns with the same meaning are equal, even if they are spelled
 * differently. Immutable.
 */
public final class HostPattern {

  static final int ANY_PORT = -1;

  private final String name;
  private final boolean wildcard;
  private final int port;

  private HostPattern(String name, boolean wildcard, int port) {
    this.name = name;
    this.wildcard = wildcard;
    this.port = port;
  }

  /**
   * Parses a pattern.
   *
   * @throws IllegalArgumentException if the text is not a valid pattern; the message describes the
   *     error
   */
  public static HostPattern parse(String text) {
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      String address = end < 0 ? null : ipv6(text.substring(0, end + 1));
      if (address == null) {
        throw new IllegalArgumentException(
            "it begins with [ but is not an IPv6 address in brackets");
      }
      return new HostPattern(address, false, port(text, end + 1));
    }
    int colon = text.indexOf(':');
    if (colon >= 0 && text.indexOf(':', colon + 1) >= 0) {
      String address = ipv6(text);
      if (address == null) {
        throw new IllegalArgumentException(
            "it has several colons but is not an IPv6 address; an address with a port needs"
                + " brackets:"
                + " [::1]:5432");
      }
      return new HostPattern(address, false, ANY_PORT);
    }
    int port = colon < 0 ? ANY_PORT : port(text, colon);
    String written = colon < 0 ? text : text.substring(0, colon);
    checkCharacters(written);
    String host = CanonicalHost.of(written);
    boolean wildcard = host.startsWith("*.");
    String name = wildcard ? host.substring(2) : host;
    if (wildcard && isNumeric(name)) {
      throw new IllegalArgumentException("*. is allowed before a name, not before an address");
    }
    check(name);
    return new HostPattern(name, wildcard, port);
  }

  /** Returns null if the text, in brackets or without, is not an IPv6 address for a mapping. */
  private static @Nullable String ipv6(String text) {
    String address = CanonicalHost.ipv6(text);
    boolean bracketed = text.startsWith("[");
    String inner = bracketed ? text.substring(1, text.length() - 1) : text;
    return Ipv6Literal.hasPlainZone(inner) ? address : null;
  }

  private static int port(String text, int colon) {
    if (colon == text.length()) {
      return ANY_PORT;
    }
    int port = text.charAt(colon) == ':' ? number(text, colon + 1) : -1;
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException(
          "the part after the host, \""
              + text.substring(colon)
              + "\", is not a port from 1 to"
              + " 65535");
    }
    return port;
  }

  private static int number(String text, int from) {
    if (from == text.length() || text.length() - from > 5) {
      return -1;
    }
    int number = 0;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      number = number * 10 + (c - '0');
    }
    return number;
  }

  /** Checks the text before the conversion to ASCII, which would drop invisible characters. */
  private static void checkCharacters(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!HostCharacters.isAllowed(c) && c != '*') {
        throw new IllegalArgumentException("a host cannot contain " + HostCharacters.describe(c));
      }
    }
  }

  private static void check(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("the host is empty");
    }
    int label = 0;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '*') {
        throw new IllegalArgumentException(
            "* is allowed only as the whole first label: *.db.example");
      }
      if (!HostCharacters.isAllowed(c)) { // the conversion to ASCII produced it
        throw new IllegalArgumentException("a host cannot contain " + HostCharacters.describe(c));
      }
      if (c == '.' && label == 0) {
        throw new IllegalArgumentException("it has an empty label");
      }
      label = c == '.' ? 0 : label + 1;
    }
    if (label == 0) {
      throw new IllegalArgumentException("it has an empty label");
    }
    if (isNumeric(name) && Ipv4Literal.canonical(name) == null) {
      throw new IllegalArgumentException("it is neither a name nor an IPv4 address");
    }
  }

  private static boolean isNumeric(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c != '.' && (c < '0' || c > '9')) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns whether the host is an IP address, in any spelling, and not a name: it contains a
   * colon, or its last label is a number, which no top-level domain is (RFC 3696, section 2).
   */
  public static boolean isAddress(String host) {
    String canonical = CanonicalHost.of(host);
    String label = canonical.substring(canonical.lastIndexOf('.') + 1);
    return canonical.indexOf(':') >= 0 || (!label.isEmpty() && isNumeric(label));
  }

  /** Converts all spellings of a host into one. */
  public static String canonical(String host) {
    return CanonicalHost.of(host);
  }

  /**
   * Returns the part of a canonical host after its first label, or null if there is no such part.
   */
  static @Nullable String suffix(String canonical) {
    int dot = canonical.indexOf('.');
    return dot <= 0 ? null : canonical.substring(dot + 1);
  }

  /** Returns a canonical host without its zone, or null if it has no zone. */
  static @Nullable String withoutZone(String canonical) {
    int percent = canonical.indexOf('%');
    return percent < 0 ? null : canonical.substring(0, percent);
  }

  String name() {
    return name;
  }

  boolean isWildcard() {
    return wildcard;
  }

  int port() {
    return port;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    if (!(other instanceof HostPattern)) {
      return false;
    }
    HostPattern that = (HostPattern) other;
    return name.equals(that.name) && wildcard == that.wildcard && port == that.port;
  }

  @Override
  public int hashCode() {
    return name.hashCode() * 31 + port;
  }

  @Override
  public String toString() {
    String host = name.indexOf(':') >= 0 ? "[" + name + "]" : (wildcard ? "*." : "") + name;
    return port == ANY_PORT ? host : host + ":" + port;
  }
}
