package io.github.alloydbagent.util;

/** Writes one JSON object, member by member, without a JSON library. */
public final class JsonText {
  private final StringBuilder text = new StringBuilder("{");

  public JsonText add(String name, String value) {
    name(name);
    quote(value);
    return this;
  }

  public JsonText add(String name, long value) {
    name(name);
    text.append(value);
    return this;
  }

  public JsonText add(String name, double value) {
    name(name);
    text.append(value);
    return this;
  }

  /**
   * Adds a member whose value is already JSON.
   *
   * @param json a JSON value
   */
  public JsonText addJson(String name, String json) {
    name(name);
    text.append(json);
    return this;
  }

  /** Adds an array of strings. */
  public JsonText add(String name, Iterable<String> values) {
    name(name);
    text.append('[');
    String separator = "";
    for (String value : values) {
      text.append(separator);
      quote(value);
      separator = ",";
    }
    text.append(']');
    return this;
  }

  private void name(String name) {
    if (text.length() > 1) {
      text.append(',');
    }
    quote(name);
    text.append(':');
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c == '\n') {
        text.append("\\n");
      } else if (c < 0x20 || c == 0x7f || Character.isSurrogate(c) || c == 0x2028 || c == 0x2029) {
        text.append("\\u").append(Integer.toHexString(0x10000 + c).substring(1));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }

  @Override
  public String toString() {
    return text + "}";
  }
}
