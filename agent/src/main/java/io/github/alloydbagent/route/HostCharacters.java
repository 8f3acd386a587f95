package io.github.alloydbagent.route;

import java.util.Locale;

/** Decides which characters may occur in a host. */
final class HostCharacters {

  /** Hangul fillers: letters in Unicode, but invisible. */
  private static final String BLANK_LETTERS = "\u115f\u1160\u3164\uffa0";

  /** Label separators other than the full stop: RFC 3490, section 3.1. */
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

  /** Returns the character in quotes, or its code point and name if it is not printable ASCII. */
  static String describe(char c) {
    if (c >= ' ' && c < 0x7f) {
      return "'" + c + "'";
    }
    String codePoint = String.format(Locale.ROOT, "U+%04X", (int) c);
    String name = Character.getName(c);
    return codePoint + (name == null ? "" : " (" + name + ")");
  }
}
