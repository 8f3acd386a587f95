package io.github.alloydbagent.config.setting;

import io.github.alloydbagent.util.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Everything that is wrong, gathered so that it is said at once. */
public final class SettingsErrors {

  private static final int LONGEST_QUOTE = 160;

  private final List<String> lines = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private boolean mayHideMapping;

  /**
   * Adds an error.
   *
   * @param code of the kind of error
   * @param found what is there, fit to be printed
   * @param expected what should be there
   * @param nearest what was probably meant
   */
  public void add(
      ErrorCode code,
      String setting,
      String place,
      String found,
      String expected,
      @Nullable String nearest) {
    lines.add(code.message(line(setting, place, found, expected, nearest)));
  }

  /**
   * A mistake in a setting; only a warning where the setting concerns what the agent shows of
   * itself alone: connections must not fail for the sake of a log.
   */
  public void add(
      ErrorCode code,
      Setting<?> setting,
      String place,
      String found,
      String expected,
      @Nullable String nearest) {
    String line = line(setting.name, place, found, expected, nearest);
    if (setting.observation) {
      String otherwise = setting.shownDefault.replace("`", "");
      warnings.add(
          ErrorCode.DEFAULT_USED.message(
              line + "; it is ignored, and the default is used: " + otherwise));
    } else {
      lines.add(code.message(line));
    }
  }

  /** What may be a mistake, or somebody else's. */
  public void warn(ErrorCode code, String warning) {
    warnings.add(code.message(printable(warning)));
  }

  /** Notes that a mistake may have kept a mapping from being read. */
  public void mayHideMapping() {
    mayHideMapping = true;
  }

  public boolean isMappingHidden() {
    return mayHideMapping;
  }

  public List<String> warnings() {
    return warnings;
  }

  private static String line(
      String setting, String place, String found, String expected, @Nullable String nearest) {
    return printable(
        setting
            + " ("
            + place
            + "): found "
            + found
            + "; expected "
            + expected
            + (nearest == null ? "" : "; nearest is " + nearest));
  }

  /** A value that does not fit its setting. */
  public void unfit(Setting<?> setting, String text, String place, String why) {
    String nearest = setting.secret ? null : NearestName.of(text, setting.syntax.words);
    String found = text.isEmpty() ? "nothing" : setting.shown(text);
    boolean file =
        setting.syntax == ValueParser.READABLE_FILE
            || setting.syntax == ValueParser.APPENDABLE_FILE;
    add(
        file && !text.isEmpty() ? ErrorCode.FILE_UNUSABLE : ErrorCode.VALUE_INVALID,
        setting,
        place,
        why.isEmpty() ? found : found + ", " + why,
        setting.syntax.expected,
        nearest);
  }

  public boolean isEmpty() {
    return lines.isEmpty();
  }

  public String message() {
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
  public static String quoted(String written) {
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

  /**
   * A space for every control character, and the code point of what else nobody sees: names, too,
   * may hold what was written by mistake.
   */
  static String printable(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        printable.append(' ');
      } else if (isInvisible(c)) {
        printable.append(String.format(Locale.ROOT, "<U+%04X>", (int) c));
      } else {
        printable.append(c);
      }
    }
    return printable.toString();
  }

  private static boolean isInvisible(char c) {
    int type = Character.getType(c);
    return type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || (type == Character.SPACE_SEPARATOR && c != ' ');
  }
}
