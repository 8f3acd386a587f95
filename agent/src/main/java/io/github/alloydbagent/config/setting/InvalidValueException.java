package io.github.alloydbagent.config.setting;

/**
 * Reports that a text is not a valid value. The message gives the reason but repeats neither the
 * text nor the setting.
 */
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
