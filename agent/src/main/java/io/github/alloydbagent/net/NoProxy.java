package io.github.alloydbagent.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * Matches hosts against {@code NO_PROXY}: names including their subdomains, addresses, networks
 * ({@code 10.0.0.0/8}), or * for all hosts. Looks up no names.
 */
final class NoProxy {

  /** The same separators as in curl. */
  private static final String SEPARATORS = ", \t\r\n";

  private NoProxy() {}

  /** Returns the entries of a list that cannot match any host. */
  static List<String> invalidEntries(String list) {
    List<String> invalid = new ArrayList<>();
    StringTokenizer each = new StringTokenizer(list, SEPARATORS);
    while (each.hasMoreTokens()) {
      String entry = each.nextToken();
      String name = entry.startsWith("*.") ? entry.substring(2) : entry;
      int slash = name.indexOf('/');
      boolean isValid =
          entry.equals("*")
              || (slash < 0
                  ? ProxyUrl.isHost(name) || address(name) != null
                  : bits(name, address(name.substring(0, slash))) >= 0);
      if (!isValid) {
        invalid.add(entry);
      }
    }
    return invalid;
  }

  /**
   * Returns whether the list contains the host.
   *
   * @param list the value of the variable, or empty
   * @param host a name, or an address without brackets
   */
  static boolean covers(String list, String host) {
    String lowerCaseHost = host.toLowerCase(Locale.ROOT);
    StringTokenizer each = new StringTokenizer(list.toLowerCase(Locale.ROOT), SEPARATORS);
    while (each.hasMoreTokens()) {
      String name = each.nextToken();
      String suffix = name.startsWith("*.") ? name.substring(2) : name;
      suffix = suffix.startsWith(".") ? suffix.substring(1) : suffix;
      if (name.equals("*")
          || (!suffix.isEmpty()
              && (lowerCaseHost.equals(suffix) || lowerCaseHost.endsWith("." + suffix)))
          || isWithin(name, lowerCaseHost)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isWithin(String network, String host) {
    int slash = network.indexOf('/');
    byte[] base = address(slash < 0 ? network : network.substring(0, slash));
    byte[] address = address(host);
    if (base == null || address == null || base.length != address.length) {
      return false;
    }
    int bits = bits(network, base);
    if (bits < 0) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      int mask = 0x80 >> (i % 8);
      if ((base[i / 8] & mask) != (address[i / 8] & mask)) {
        return false;
      }
    }
    return true;
  }

  /** Returns the prefix length of a network in bits, or -1 if it is not a network. */
  private static int bits(String network, byte @Nullable [] base) {
    if (base == null) {
      return -1;
    }
    int slash = network.indexOf('/');
    String length = network.substring(slash + 1);
    if (slash < 0) {
      return 8 * base.length;
    }
    int bits = length.matches("[0-9]{1,3}") ? Integer.parseInt(length) : -1;
    return bits <= 8 * base.length ? bits : -1;
  }

  /**
   * Returns the bytes of an address, or null for a name: host names do not end in a digit or
   * contain a colon.
   */
  private static byte @Nullable [] address(String text) {
    String bare =
        text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
    if (bare.isEmpty() || (bare.indexOf(':') < 0 && !bare.matches("[0-9.]*[0-9]"))) {
      return null;
    }
    try {
      return InetAddress.getByName(bare).getAddress();
    } catch (UnknownHostException e) {
      return null;
    }
  }
}
