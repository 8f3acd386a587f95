package io.github.alloydbagent.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything that is wrong, gathered so that it is said at once. */
final class Mistakes {

  private static final int LONGEST_QUOTE = 160;

  private final List<String> lines = new ArrayList<>();

  /**
   * @param found what is there, fit to be printed
   * @param expected what should be there
   * @param nearest what was probably meant
   */
  void add(String setting, String place, String found, String expected, @Nullable String nearest) {
    lines.add(
        printable(
            setting
                + " ("
                + place
                + "): found "
                + found
                + "; expected "
                + expected
                + (nearest == null ? "" : "; nearest is " + nearest)));
  }

  /** A value that does not fit its setting. */
  void unfit(Setting<?> setting, String text, String place, String why) {
    String nearest = setting.secret ? null : NearestName.of(text, setting.syntax.words);
    String found = text.isEmpty() ? "nothing" : setting.shown(text);
    add(
        setting.name,
        place,
        why.isEmpty() ? found : found + ", " + why,
        setting.syntax.expected,
        nearest);
  }

  boolean isEmpty() {
    return lines.isEmpty();
  }

  String message() {
    StringBuilder message = new StringBuilder();
    message
        .append(lines.size() == 1 ? "1 mistake" : lines.size() + " mistakes")
        .append(" in the AlloyDB Agent's settings:");
    for (String line : lines) {
      message.append("\n  - ").append(line);
    }
    return message.toString();
  }

  /** The text between quotes, without control characters or a URL's password, cut if it is long. */
  static String quoted(String written) {
    String text = written;
    int user = text.indexOf("://") + 3;
    int at = text.lastIndexOf('@');
    if (user >= 3 && at >= user) {
      text = text.substring(0, user) + "..." + text.substring(at);
    }
    StringBuilder quoted = new StringBuilder("\"");
    quoted.append(printable(text.substring(0, Math.min(text.length(), LONGEST_QUOTE))));
    return quoted.append(text.length() > LONGEST_QUOTE ? "...\"" : "\"").toString();
  }

  /** A space for every control character: names, too, may hold what was written by mistake. */
  static String printable(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      printable.append(Character.isISOControl(c) ? ' ' : c);
    }
    return printable.toString();
  }
}
