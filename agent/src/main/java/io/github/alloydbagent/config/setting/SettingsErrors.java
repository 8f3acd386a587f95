package io.github.alloydbagent.config.setting;

import io.github.alloydbagent.util.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Collects all errors in the settings, so that they are reported together. */
public final class SettingsErrors {

  private static final int MAX_QUOTE_LENGTH = 160;

  private final List<String> lines = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private boolean mayHideMapping;

  /**
   * Adds an error.
   *
   * @param code of the kind of error
   * @param found the text that was found, in printable form
   * @param expected the expected form
   * @param nearest the name or value that was probably meant
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
   * Adds an error in a setting; only a warning if the setting affects only logs and monitoring,
   * because a mistake there must not make connections fail.
   */
  public void add(
      ErrorCode code,
      Setting<?> setting,
      String place,
      String found,
      String expected,
      @Nullable String nearest) {
    String line = line(setting.name, place, found, expected, nearest);
    if (setting.scope == SettingScope.OBSERVATION) {
      String defaultValue = setting.shownDefault.replace("`", "");
      warnings.add(
          ErrorCode.DEFAULT_USED.message(
              line + "; it is ignored, and the default is used: " + defaultValue));
    } else {
      lines.add(code.message(line));
    }
  }

  /** Adds a warning about a possible mistake, or about a name that may belong to other software. */
  public void warn(ErrorCode code, String warning) {
    warnings.add(code.message(printable(warning)));
  }

  /** Records that an error may have hidden a mapping. */
  public void recordHiddenMapping() {
    mayHideMapping = true;
  }

  public boolean mayHideMapping() {
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
            + (nearest == null ? "" : "; nearest match: " + nearest));
  }

  /** Adds an error for a value that is invalid for its setting. */
  public void addInvalidValue(Setting<?> setting, String text, String place, String why) {
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
        .append(lines.size() == 1 ? "1 error" : lines.size() + " errors")
        .append(" in the AlloyDB Agent's settings:");
    for (String line : lines) {
      message.append("\n  - ").append(line);
    }
    return message.toString();
  }

  /**
   * Returns the text in quotes, without control characters and without a URL's password, cut if
   * long.
   */
  public static String quoted(String written) {
    String text = written;
    int userStart = text.indexOf("://") + 3;
    int at = text.lastIndexOf('@');
    if (userStart >= 3 && at >= userStart) {
      text = text.substring(0, userStart) + "..." + text.substring(at);
    }
    StringBuilder quoted = new StringBuilder("\"");
    quoted.append(printable(text.substring(0, Math.min(text.length(), MAX_QUOTE_LENGTH))));
    return quoted.append(text.length() > MAX_QUOTE_LENGTH ? "...\"" : "\"").toString();
  }

  /**
   * Replaces control characters by spaces and other invisible characters by their code points.
   * Names can contain them as well as values.
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
