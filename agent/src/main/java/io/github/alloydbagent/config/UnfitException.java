package io.github.alloydbagent.config;

/** A text is no value of its setting. The message says why, without repeating text or setting. */
final class UnfitException extends Exception {

  private static final long serialVersionUID = 1L;

  UnfitException(String why) {
    super(why, null, false, false);
  }

  String why() {
    String why = getMessage();
    return why == null ? "" : why;
  }
}
