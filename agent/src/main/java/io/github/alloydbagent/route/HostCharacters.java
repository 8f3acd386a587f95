package io.github.alloydbagent.route;

import java.util.Locale;

/** The characters of hosts. */
final class HostCharacters {

  /** Letters to Unicode, but blank: fillers of Hangul. */
  private static final String BLANK_LETTERS = "\u115f\u1160\u3164\uffa0";

  /** What separates labels besides the full stop: RFC 3490, section 3.1. */
  private static final String OTHER_DOTS = "\u3002\uff0e\uff61";

  private HostCharacters() {}

  static boolean isAllowed(char c) {
    return c == '.'
        || c == '-'
        || c == '_'
        || (Character.isLetterOrDigit(c) && BLANK_LETTERS.indexOf(c) < 0)
        || Character.getType(c) == Character.NON_SPACING_MARK
        || OTHER_DOTS.indexOf(c) >= 0;
  }

  /** The character between quotes, or its code point and name where there is nothing to see. */
  static String shown(char c) {
    if (c >= ' ' && c < 0x7f) {
      return "'" + c + "'";
    }
    String codePoint = String.format(Locale.ROOT, "U+%04X", (int) c);
    String name = Character.getName(c);
    return codePoint + (name == null ? "" : " (" + name + ")");
  }
}
