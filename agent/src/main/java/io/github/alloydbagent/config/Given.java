package io.github.alloydbagent.config;

/** A setting as somebody wrote it, and where. */
final class Given {

  /** What editors on Windows put before a text, and nobody sees. */
  private static final String BYTE_ORDER_MARK = "\ufeff";

  /** Kebab case, as in the documentation. */
  final String name;

  final String text;

  /** For people: {@code environment variable ALLOYDB_AGENT_IP_TYPE}. */
  final String place;

  Given(String name, String text, String place) {
    this.name = name;
    this.text = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1).trim() : text;
    this.place = place;
  }
}
