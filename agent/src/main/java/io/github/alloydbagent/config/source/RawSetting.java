package io.github.alloydbagent.config.source;

/** A setting as it was written, and its source. */
public final class RawSetting {

  /** Invisible; editors on Windows write it at the start of a text. */
  private static final String BYTE_ORDER_MARK = "\ufeff";

  /** Kebab case, as in the documentation. */
  final String name;

  public final String text;

  /** The source, for messages: {@code environment variable ALLOYDB_AGENT_IP_TYPE}. */
  public final String place;

  public RawSetting(String name, String text, String place) {
    this.name = name;
    this.text = withoutByteOrderMark(text);
    this.place = place;
  }

  /** Returns the text without leading byte order marks. */
  static String withoutByteOrderMark(String text) {
    String rest = text;
    while (rest.startsWith(BYTE_ORDER_MARK)) {
      rest = rest.substring(1).trim();
    }
    return rest;
  }
}
