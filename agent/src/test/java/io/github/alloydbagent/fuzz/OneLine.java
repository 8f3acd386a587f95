package io.github.alloydbagent.fuzz;

/** What is said of hostile bytes: never what would steer a terminal or forge a line of a log. */
public final class OneLine {

  private OneLine() {}

  /** Fails for a text that is blank or has a control character. */
  public static void check(String text) {
    if (text.isBlank()) {
      throw new AssertionError("nothing is said");
    }
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        throw new AssertionError("control character at " + i + " of: " + text);
      }
    }
  }
}
