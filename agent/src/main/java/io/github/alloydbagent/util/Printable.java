package io.github.alloydbagent.util;

/**
 * Makes text from any source safe to print: it cannot steer a terminal, hide text, or imitate
 * another line of the agent's output.
 */
public final class Printable {

  private Printable() {}

  /** Returns the text as one line; each line break is also replaced by a space. */
  public static String line(String text) {
    return of(text, " ");
  }

  /** Returns the text with its line breaks; every line after the first starts with white space. */
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
   * Returns false for control characters, for the line separators that only Unicode defines, and
   * for characters that change the direction or visibility of the text around them
   * (https://trojansource.codes).
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
