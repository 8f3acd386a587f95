package io.github.alloydbagent.util;

/**
 * Makes a text fit to be printed, wherever its parts come from: nothing in it steers a terminal,
 * hides, or looks like another line of the agent's.
 */
public final class Printable {

  private Printable() {}

  /** In one line: a space in the place of line breaks, too. */
  public static String line(String text) {
    return of(text, " ");
  }

  /** In lines, of which all but the first begin with white space. */
  public static String lines(String text) {
    return of(text, "\n  ");
  }

  private static String of(String text, String lineBreak) {
    int at = 0;
    while (at < text.length() && isHarmless(text.charAt(at))) {
      at++;
    }
    if (at == text.length()) {
      return text;
    }
    StringBuilder printable = new StringBuilder(text.length() + 16).append(text, 0, at);
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      if (isHarmless(c)) {
        printable.append(c);
      } else if (c == '\n') {
        printable.append(isIndented(text, at + 1) ? lineBreak.substring(0, 1) : lineBreak);
      } else {
        printable.append(' ');
      }
    }
    return printable.toString();
  }

  private static boolean isIndented(String text, int at) {
    return at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t');
  }

  /**
   * Not so are control characters, the line ends that only Unicode knows, and what changes the
   * direction or the visibility of its neighbours: https://trojansource.codes.
   */
  private static boolean isHarmless(char c) {
    if (c < 0x7f) {
      return c >= ' ' || c == '\t';
    }
    switch (Character.getType(c)) {
      case Character.CONTROL:
      case Character.FORMAT:
      case Character.LINE_SEPARATOR:
      case Character.PARAGRAPH_SEPARATOR:
        return false;
      default:
        return true;
    }
  }
}
