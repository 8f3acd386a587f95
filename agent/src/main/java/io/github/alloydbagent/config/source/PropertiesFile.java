package io.github.alloydbagent.config.source;

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
 * A properties file as {@link Properties} reads it, in UTF-8, but with the line of each setting.
 * The JDK's reader tells no lines, so it is given one logical line at a time.
 */
final class PropertiesFile {

  private PropertiesFile() {}

  /**
   * @param file where the content is from, for messages
   */
  static List<RawSetting> parse(byte[] content, File file, SettingsErrors mistakes)
      throws IOException {
    List<RawSetting> given = new ArrayList<>();
    String text = new String(content, StandardCharsets.UTF_8);
    int position = text.startsWith("\ufeff") ? 1 : 0;
    int line = 1;
    while (position < text.length()) {
      int start = position;
      int startLine = line;
      boolean comment = isComment(text, position);
      boolean goesOn;
      do {
        int end = lineEnd(text, position);
        goesOn = !comment && endsInBackslash(text, position, end);
        position = afterLineEnd(text, end);
        line++;
      } while (goesOn && position < text.length());
      if (!comment) {
        String place = file.getPath() + " line " + startLine;
        addLine(text.substring(start, position), place, given, mistakes);
      }
    }
    return given;
  }

  private static void addLine(
      String text, String place, List<RawSetting> given, SettingsErrors mistakes)
      throws IOException {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(text));
    } catch (IllegalArgumentException e) {
      mistakes.mayHideMapping();
      mistakes.add(
          ErrorCode.FILE_UNUSABLE,
          "config-file",
          place,
          "a \\u that four hexadecimal digits do not follow",
          "\\uXXXX",
          null);
      return;
    }
    for (String name : properties.stringPropertyNames()) { // one or none
      given.add(new RawSetting(name, properties.getProperty(name, "").trim(), place));
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
