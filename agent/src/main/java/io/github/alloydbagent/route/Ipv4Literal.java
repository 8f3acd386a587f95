package io.github.alloydbagent.route;

/** An IPv4 address as four decimals; the shorthands of {@code inet_aton} are none here. */
final class Ipv4Literal {

  private Ipv4Literal() {}

  static boolean is(String text) {
    int parts = 0;
    int from = 0;
    while (true) {
      int dot = text.indexOf('.', from);
      int end = dot < 0 ? text.length() : dot;
      if (!isPart(text, from, end)) {
        return false;
      }
      parts++;
      if (dot < 0) {
        return parts == 4;
      }
      from = dot + 1;
    }
  }

  /** The 32 bits of an address that {@link #is} one. */
  static int value(String text) {
    int value = 0;
    int part = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.') {
        value = value << 8 | part;
        part = 0;
      } else {
        part = part * 10 + (c - '0');
      }
    }
    return value << 8 | part;
  }

  private static boolean isPart(String text, int from, int end) {
    int length = end - from;
    if (length < 1 || length > 3 || (length > 1 && text.charAt(from) == '0')) {
      return false; // a leading zero means octal to some readers
    }
    int value = 0;
    for (int i = from; i < end; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return false;
      }
      value = value * 10 + (c - '0');
    }
    return value <= 255;
  }
}
