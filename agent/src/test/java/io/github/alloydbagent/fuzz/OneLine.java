package io.github.alloydbagent.fuzz;

/** Checks that a message about hostile input cannot control a terminal or forge a line of a log. */
public final class OneLine {

  private OneLine() {}

  /** Fails if the text is blank or contains a control character. */
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
