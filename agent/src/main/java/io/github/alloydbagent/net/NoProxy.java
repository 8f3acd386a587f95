package io.github.alloydbagent.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * What {@code NO_PROXY} lists: names, each with all below it, addresses, networks of addresses
 * ({@code 10.0.0.0/8}), or * for everything. No name is looked up.
 */
final class NoProxy {

  /** As curl has them. */
  private static final String SEPARATORS = ", \t\r\n";

  private NoProxy() {}

  /** The entries of a list that can match no host. */
  static List<String> invalid(String list) {
    List<String> invalid = new ArrayList<>();
    StringTokenizer each = new StringTokenizer(list, SEPARATORS);
    while (each.hasMoreTokens()) {
      String entry = each.nextToken();
      String name = entry.startsWith("*.") ? entry.substring(2) : entry;
      int slash = name.indexOf('/');
      boolean valid =
          entry.equals("*")
              || (slash < 0
                  ? ProxyUrl.isHost(name) || address(name) != null
                  : bits(name, address(name.substring(0, slash))) >= 0);
      if (!valid) {
        invalid.add(entry);
      }
    }
    return invalid;
  }

  /**
   * @param list the variable's value; empty for nothing
   * @param host a name, or an address without brackets
   */
  static boolean covers(String list, String host) {
    String wanted = host.toLowerCase(Locale.ROOT);
    StringTokenizer each = new StringTokenizer(list.toLowerCase(Locale.ROOT), SEPARATORS);
    while (each.hasMoreTokens()) {
      String name = each.nextToken();
      String suffix = name.startsWith("*.") ? name.substring(2) : name;
      suffix = suffix.startsWith(".") ? suffix.substring(1) : suffix;
      if (name.equals("*")
          || (!suffix.isEmpty() && (wanted.equals(suffix) || wanted.endsWith("." + suffix)))
          || isWithin(name, wanted)) {
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

  /** How many bits of the address a network fixes; -1 if it is not a network. */
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
   * The bytes of an address; null for a name, since no host name ends in a digit or has a colon.
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
