package io.github.alloydbagent.route;

import org.jspecify.annotations.Nullable;

/**
 * Parses IPv6 addresses (RFC 4291, section 2.2) without {@code InetAddress}, which would query a
 * name server for any text that it does not recognize as a literal.
 */
final class Ipv6Literal {

  private static final int GROUPS = 8;

  private Ipv6Literal() {}

  /**
   * Converts all spellings of an address into one: eight groups without leading zeros, or dotted
   * decimals for an IPv4-mapped address, as {@code InetAddress} does. A zone is kept if it
   * distinguishes hosts, and dropped otherwise: {@code ::1%lo} is {@code ::1}.
   *
   * @return null if the text, which has no brackets, is not an IPv6 address
   */
  static @Nullable String canonical(String text) {
    int percent = text.indexOf('%');
    String zone = percent < 0 ? "" : text.substring(percent);
    String address = percent < 0 ? text : text.substring(0, percent);
    if (zone.length() == 1) {
      return null;
    }
    int[] groups = new int[GROUPS];
    int gap = address.indexOf("::");
    if (gap < 0) {
      return parse(address, groups) == GROUPS ? format(groups, zone) : null;
    }
    int[] tail = new int[GROUPS];
    String head = address.substring(0, gap);
    // dotted decimals are allowed only at the end
    int before = head.indexOf('.') < 0 ? parse(head, groups) : -1;
    int after = parse(address.substring(gap + 2), tail);
    if (before < 0 || after < 0 || before + after >= GROUPS) {
      return null;
    }
    System.arraycopy(tail, 0, groups, GROUPS - after, after);
    return format(groups, zone);
  }

  /**
   * Returns whether the text has no zone, or a zone that is allowed in a mapping: RFC 6874, section
   * 2, without escapes.
   */
  static boolean hasPlainZone(String text) {
    int percent = text.indexOf('%');
    if (percent < 0) {
      return true;
    }
    for (int i = percent + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && (c < '0' || c > '9') && "-._~".indexOf(c) < 0) {
        return false;
      }
    }
    return percent + 1 < text.length();
  }

  /** Returns the number of groups in the text, or -1 if one of them is invalid. */
  private static int parse(String text, int[] groups) {
    int count = 0;
    int from = 0;
    while (from < text.length()) {
      int colon = text.indexOf(':', from);
      String part = colon < 0 ? text.substring(from) : text.substring(from, colon);
      if (colon < 0 && part.indexOf('.') >= 0) {
        long ipv4 = dots(part) == 3 ? Ipv4Literal.decimal(part) : -1;
        if (count + 2 > GROUPS || ipv4 < 0) {
          return -1;
        }
        groups[count++] = (int) (ipv4 >>> 16);
        groups[count++] = (int) (ipv4 & 0xffff);
        return count;
      }
      int group = parseGroup(part);
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

  private static int dots(String part) {
    int dots = 0;
    for (int i = 0; i < part.length(); i++) {
      dots += part.charAt(i) == '.' ? 1 : 0;
    }
    return dots;
  }

  /**
   * Parses a group with any number of leading zeros and the digits of any script, like {@code
   * InetAddress}.
   */
  private static int parseGroup(String part) {
    int value = part.isEmpty() ? -1 : 0;
    for (int i = 0; i < part.length(); i++) {
      int digit = Character.digit(part.charAt(i), 16);
      value = value << 4 | digit;
      if (digit < 0 || value > 0xffff) {
        return -1;
      }
    }
    return value;
  }

  private static String format(int[] groups, String zone) {
    if (isIpv4Mapped(groups)) {
      return Ipv4Literal.dotted(groups[6] << 16 | groups[7]);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < GROUPS; i++) {
      if (i > 0) {
        text.append(':');
      }
      text.append(Integer.toHexString(groups[i]));
    }
    return text.append(isScoped(groups) ? zone : "").toString();
  }

  /**
   * Returns whether the address is unique only within a zone: {@code fe80::/10} and {@code
   * fec0::/10}.
   */
  private static boolean isScoped(int[] groups) {
    return (groups[0] & 0xff80) == 0xfe80;
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
