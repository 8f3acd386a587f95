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
   * One spelling for all spellings of an address: eight groups without leading zeros, and dotted
   * decimals for an IPv4-mapped address, as {@code InetAddress} has it. A zone is kept where it
   * tells hosts apart, and dropped where it does not: {@code ::1%lo} is {@code ::1}.
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

  /**
   * Whether a zone, if there is one, is fit to be written in a mapping: RFC 6874, section 2,
   * without its escapes.
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

  /** Returns how many groups the text has, or -1 if one of them is none. */
  private static int read(String text, int[] groups) {
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

  private static int dots(String part) {
    int dots = 0;
    for (int i = 0; i < part.length(); i++) {
      dots += part.charAt(i) == '.' ? 1 : 0;
    }
    return dots;
  }

  /** Any number of leading zeros, and the digits of any script, as {@code InetAddress} reads it. */
  private static int hex(String part) {
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

  private static String write(int[] groups, String zone) {
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

  /** Whether the address is unique within a zone alone: {@code fe80::/10} and {@code fec0::/10}. */
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
