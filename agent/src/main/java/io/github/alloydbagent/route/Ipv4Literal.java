package io.github.alloydbagent.route;

import org.jspecify.annotations.Nullable;

/**
 * Parses an IPv4 address in any spelling that a JVM may resolve without a name server. Two parsers
 * define these spellings:
 *
 * <ul>
 *   <li>{@code InetAddress}: one to four decimal parts, of which the last fills the rest of the
 *       address; at most 15 characters; leading zeros are ignored. JDKs from before 2024, and those
 *       with {@code -Djdk.net.allowAmbiguousIPAddressLiterals=true}, accept the digits of any
 *       script.
 *   <li>{@code inet_aton} of the C library, which those JDKs call for all other spellings: parts
 *       may be octal ({@code 0177}) or hexadecimal ({@code 0x7f}); some libraries ignore what
 *       follows a space.
 * </ul>
 *
 * If both accept a text, {@code InetAddress} takes precedence, and so it does here.
 */
final class Ipv4Literal {

  private static final int PARTS = 4;

  /** {@code InetAddress} leaves longer texts to the C library. */
  private static final int MAX_DECIMAL_CHARS = 15;

  private static final long MAX_ADDRESS = 0xffffffffL;

  private Ipv4Literal() {}

  /** Returns the address as four decimals, or null if the text is not an address. */
  static @Nullable String canonical(String text) {
    if (text.isEmpty() || Character.digit(text.charAt(0), 10) < 0) {
      return null;
    }
    if (isCanonical(text)) {
      return text;
    }
    long value = decimal(text);
    if (value < 0) {
      value = parseLikeC(text);
    }
    return value < 0 ? null : dotted((int) value);
  }

  /** Returns whether {@link #dotted} would return this text: a shortcut for the usual spelling. */
  private static boolean isCanonical(String text) {
    int parts = 1;
    int digits = 0;
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.' && digits > 0) {
        parts++;
        digits = 0;
        value = 0;
      } else if (c >= '0' && c <= '9' && (digits == 0 || value > 0)) {
        digits++;
        value = value * 10 + (c - '0');
      } else {
        return false;
      }
      if (value > 0xff) {
        return false;
      }
    }
    return parts == PARTS && digits > 0;
  }

  /** Returns the address as {@code InetAddress} parses the text, or -1. */
  static long decimal(String text) {
    if (text.length() > MAX_DECIMAL_CHARS) {
      return -1;
    }
    long value = 0;
    int parts = 0;
    int from = 0;
    while (true) {
      int dot = text.indexOf('.', from);
      long part = digits(text, from, dot < 0 ? text.length() : dot, 10, true);
      if (dot < 0) {
        return appendLast(value, parts, part);
      }
      if (part < 0 || part > 0xff || ++parts == PARTS) {
        return -1;
      }
      value = value << 8 | part;
      from = dot + 1;
    }
  }

  /** Returns the 32 bits as four decimals. */
  static String dotted(int value) {
    return (value >>> 24)
        + "."
        + (value >> 16 & 0xff)
        + "."
        + (value >> 8 & 0xff)
        + "."
        + (value & 0xff);
  }

  /** Returns the address as {@code inet_aton} parses the text, or -1. */
  private static long parseLikeC(String text) {
    long value = 0;
    int parts = 0;
    int from = 0;
    while (true) {
      int end = from;
      while (end < text.length() && isPartOfNumber(text.charAt(end))) {
        end++;
      }
      long part = number(text, from, end);
      if (end == text.length() || isSpace(text.charAt(end))) {
        return appendLast(value, parts, part);
      }
      if (text.charAt(end) != '.' || part < 0 || part > 0xff || ++parts == PARTS) {
        return -1;
      }
      value = value << 8 | part;
      from = end + 1;
    }
  }

  /** Adds the last part, which fills all remaining bytes. */
  private static long appendLast(long value, int parts, long last) {
    int bits = 8 * (PARTS - parts);
    return last < 0 || last >= 1L << bits ? -1 : value << bits | last;
  }

  /** Parses a number as in C: hexadecimal after {@code 0x}, octal after {@code 0}. */
  private static long number(String text, int from, int end) {
    if (end - from > 1 && text.charAt(from) == '0') {
      char second = text.charAt(from + 1);
      return second == 'x' || second == 'X'
          ? digits(text, from + 2, end, 16, false)
          : digits(text, from + 1, end, 8, false);
    }
    return digits(text, from, end, 10, false);
  }

  /**
   * Returns -1 if there are no digits, if a character is not a digit, or if the number exceeds 32
   * bits.
   */
  private static long digits(String text, int from, int end, int radix, boolean anyScript) {
    long number = from < end ? 0 : -1;
    for (int i = from; i < end; i++) {
      char c = text.charAt(i);
      int digit = c < 128 || anyScript ? Character.digit(c, radix) : -1;
      number = number * radix + digit;
      if (digit < 0 || number > MAX_ADDRESS) {
        return -1;
      }
    }
    return number;
  }

  private static boolean isPartOfNumber(char c) {
    return c < 128 && Character.isLetterOrDigit(c);
  }

  /** Like {@code isspace} in the C locale. */
  private static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }
}
