package io.github.alloydbagent.config.source;

/** A setting as somebody wrote it, and where. */
public final class RawSetting {

  /** What editors on Windows put before a text, and nobody sees. */
  private static final String BYTE_ORDER_MARK = "\ufeff";

  /** Kebab case, as in the documentation. */
  final String name;

  public final String text;

  /** For people: {@code environment variable ALLOYDB_AGENT_IP_TYPE}. */
  public final String place;

  public RawSetting(String name, String text, String place) {
    this.name = name;
    this.text = withoutByteOrderMark(text);
    this.place = place;
  }

  /** The text without what may stand before it unseen. */
  static String withoutByteOrderMark(String text) {
    String rest = text;
    while (rest.startsWith(BYTE_ORDER_MARK)) {
      rest = rest.substring(1).trim();
    }
    return rest;
  }
}
