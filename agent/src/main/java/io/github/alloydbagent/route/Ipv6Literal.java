package io.github.alloydbagent.route;

import org.jspecify.annotations.Nullable;

/**
 * An IPv6 address as written (RFC 4291, section 2.2), read by hand: {@code InetAddress} would ask a
 * name server for whatever it does not take for a literal.
 */
final class Ipv6Literal {

  private static final int GROUPS = 8;

  private Ipv6Literal() {}

  /**
   * One spelling for all spellings of an address: eight groups without leading zeros, a zone kept
   * as it is, and dotted decimals for an IPv4-mapped address, as {@code InetAddress} has it.
   *
   * @return null if the text, which has no brackets, is no IPv6 address
   */
  static @Nullable String canonical(String text) {
    int percent = text.indexOf('%');
    String zone = percent < 0 ? "" : text.substring(percent);
    String address = percent < 0 ? text : text.substring(0, percent);
    if (percent >= 0 && !isZone(text, percent + 1)) {
      return null;
    }
    int[] groups = new int[GROUPS];
    int gap = address.indexOf("::");
    if (gap < 0) {
      return read(address, groups) == GROUPS ? write(groups, zone) : null;
    }
    int[] tail = new int[GROUPS];
    String head = address.substring(0, gap);
    int before = head.indexOf('.') < 0 ? read(head, groups) : -1; // decimals stand at the end alone
    int after = read(address.substring(gap + 2), tail);
    if (before < 0 || after < 0 || before + after >= GROUPS) {
      return null;
    }
    System.arraycopy(tail, 0, groups, GROUPS - after, after);
    return write(groups, zone);
  }

  /** RFC 6874, section 2, without its escapes: no interface is named otherwise. */
  private static boolean isZone(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && (c < '0' || c > '9') && "-._~".indexOf(c) < 0) {
        return false;
      }
    }
    return from < text.length();
  }

  /** Returns how many groups the text has, or -1 if one of them is none. */
  private static int read(String text, int[] groups) {
    int count = 0;
    int from = 0;
    while (from < text.length()) {
      int colon = text.indexOf(':', from);
      String part = colon < 0 ? text.substring(from) : text.substring(from, colon);
      if (colon < 0 && part.indexOf('.') >= 0) {
        if (count + 2 > GROUPS || !Ipv4Literal.is(part)) {
          return -1;
        }
        int ipv4 = Ipv4Literal.value(part);
        groups[count++] = ipv4 >>> 16;
        groups[count++] = ipv4 & 0xffff;
        return count;
      }
      int group = hex(part);
      if (group < 0 || count == GROUPS) {
        return -1;
      }
      groups[count++] = group;
      if (colon < 0) {
        return count;
      }
      from = colon + 1;
      if (from == text.length()) {
        return -1; // ends in a single colon
      }
    }
    return count;
  }

  private static int hex(String part) {
    if (part.isEmpty() || part.length() > 4) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < part.length(); i++) {
      int digit = part.charAt(i) < 128 ? Character.digit(part.charAt(i), 16) : -1;
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private static String write(int[] groups, String zone) {
    StringBuilder text = new StringBuilder();
    if (isIpv4Mapped(groups)) {
      return text.append(groups[6] >> 8)
          .append('.')
          .append(groups[6] & 0xff)
          .append('.')
          .append(groups[7] >> 8)
          .append('.')
          .append(groups[7] & 0xff)
          .toString();
    }
    for (int i = 0; i < GROUPS; i++) {
      if (i > 0) {
        text.append(':');
      }
      text.append(Integer.toHexString(groups[i]));
    }
    return text.append(zone).toString();
  }

  private static boolean isIpv4Mapped(int[] groups) {
    for (int i = 0; i < 5; i++) {
      if (groups[i] != 0) {
        return false;
      }
    }
    return groups[5] == 0xffff;
  }
}
