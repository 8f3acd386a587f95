package io.github.alloydbagent.config.setting;

/** A text is no value of its setting. The message says why, without repeating text or setting. */
public final class InvalidValueException extends Exception {

  private static final long serialVersionUID = 1L;

  InvalidValueException(String why) {
    super(why, null, false, false);
  }

  public String why() {
    String why = getMessage();
    return why == null ? "" : why;
  }
}
