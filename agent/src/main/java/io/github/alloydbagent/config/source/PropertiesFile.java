package io.github.alloydbagent.config.source;

import io.github.alloydbagent.config.setting.KnownSettings;
import io.github.alloydbagent.config.setting.SettingsErrors;
import io.github.alloydbagent.util.ErrorCode;
import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * Parses a properties file like {@link Properties}, in UTF-8, and records the line of each setting.
 * The JDK's parser does not report lines, so each logical line is parsed separately. Content that
 * appears to be cut off is an error, because the rest may have mapped further hosts.
 */
final class PropertiesFile {

  private PropertiesFile() {}

  /**
   * Parses the content of a file.
   *
   * @param file the source of the content, for messages
   */
  static List<RawSetting> parse(byte[] content, File file, SettingsErrors errors)
      throws IOException {
    List<RawSetting> settings = new ArrayList<>();
    String text = new String(content, StandardCharsets.UTF_8);
    int position = text.startsWith("\ufeff") ? 1 : 0;
    int line = 1;
    while (position < text.length()) {
      int start = position;
      int startLine = line;
      boolean comment = isComment(text, position);
      boolean isContinued;
      do {
        int end = lineEnd(text, position);
        isContinued = !comment && endsInBackslash(text, position, end);
        position = afterLineEnd(text, end);
        line++;
      } while (isContinued && position < text.length());
      if (!comment) {
        String place = file.getPath() + " line " + startLine;
        if (isContinued) {
          errors.recordHiddenMapping();
          errors.add(
              ErrorCode.FILE_UNUSABLE,
              "config-file",
              place,
              "a line that ends with \\ at the end of the file",
              "another line, or no \\",
              null);
        }
        addLine(text.substring(start, position), place, settings, errors);
      }
    }
    return settings;
  }

  private static void addLine(
      String text, String place, List<RawSetting> settings, SettingsErrors errors)
      throws IOException {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(text));
    } catch (IllegalArgumentException e) {
      errors.recordHiddenMapping();
      errors.add(
          ErrorCode.FILE_UNUSABLE,
          "config-file",
          place,
          "a \\u without four hexadecimal digits",
          "\\uXXXX",
          null);
      return;
    }
    for (String name : properties.stringPropertyNames()) { // a line has at most one
      String value = properties.getProperty(name, "").trim();
      if (name.equals(KnownSettings.INSTANCES.name) && value.endsWith(",")) {
        errors.recordHiddenMapping();
        errors.add(
            ErrorCode.MAPPING_INVALID,
            name,
            place,
            "a list that ends with a comma",
            "another mapping after the comma, or no comma",
            null);
      }
      settings.add(new RawSetting(name, value, place));
    }
  }

  private static boolean isComment(String text, int from) {
    int i = from;
    while (i < text.length() && (text.charAt(i) == ' ' || text.charAt(i) == '\t')) {
      i++;
    }
    return i < text.length() && (text.charAt(i) == '#' || text.charAt(i) == '!');
  }

  private static int lineEnd(String text, int from) {
    int i = from;
    while (i < text.length() && text.charAt(i) != '\n' && text.charAt(i) != '\r') {
      i++;
    }
    return i;
  }

  private static int afterLineEnd(String text, int end) {
    if (end + 1 < text.length() && text.charAt(end) == '\r' && text.charAt(end + 1) == '\n') {
      return end + 2;
    }
    return Math.min(end + 1, text.length());
  }

  private static boolean endsInBackslash(String text, int from, int end) {
    int backslashes = 0;
    while (end - 1 - backslashes >= from && text.charAt(end - 1 - backslashes) == '\\') {
      backslashes++;
    }
    return backslashes % 2 == 1;
  }
}
