package io.github.alloydbagent.config.setting;

import io.github.alloydbagent.util.ErrorCode;
import java.io.File;
import java.util.Locale;

/**
 * Detects a mapping inside the value of another setting. After a wrong separator, as in {@code
 * user-agent=orders;instances=...}, or an unintended line continuation, a mapping is part of the
 * preceding value, and its hosts would be reached without a tunnel.
 */
public final class SwallowedMapping {

  /** Texts of a mapping, in lower case, without white space and with {@code -} for {@code _}. */
  private static final String[] SIGNS = {
    "instances=",
    "discover=",
    "discover:projects/",
    "discoverprojects/", // in a properties file, a space can separate a name from its value
    "config-file=",
    "=projects/",
  };

  private SwallowedMapping() {}

  /**
   * Returns whether the value contains a mapping, and adds an error if it does. The error does not
   * contain the value, which may be secret.
   */
  public static boolean isReported(
      Setting<?> setting, String text, String place, SettingsErrors errors) {
    if (!isIn(setting, text)) {
      return false;
    }
    errors.recordHiddenMapping();
    errors.add( // by name: it is an error even in a setting that only affects the log
        ErrorCode.SETTING_MISPLACED,
        setting.name,
        place,
        "a mapping inside its value",
        "only the value: commas separate agent arguments and mappings, & separates the settings of"
            + " a mapping, and a file has one setting per line",
        null);
    return true;
  }

  private static boolean isIn(Setting<?> setting, String text) {
    if (setting == KnownSettings.INSTANCES || (text.indexOf('=') < 0 && text.indexOf('/') < 0)) {
      return false;
    }
    boolean isFile =
        setting.syntax == ValueParser.READABLE_FILE
            || setting.syntax == ValueParser.APPENDABLE_FILE;
    return isIn(setting == KnownSettings.CREDENTIALS_JSON ? afterJson(text) : text)
        && !(isFile && new File(text).exists());
  }

  /** Returns whether the text contains a mapping, or a setting that may map hosts. */
  public static boolean isIn(String text) {
    String compact = compact(text);
    for (String sign : SIGNS) {
      if (compact.contains(sign)) {
        return true;
      }
    }
    int project = compact.indexOf("projects/");
    return project >= 0 && compact.indexOf("/instances/", project) >= 0;
  }

  /** Returns the text after the last brace: JSON may contain names of Google's resources. */
  private static String afterJson(String text) {
    return text.substring(text.lastIndexOf('}') + 1);
  }

  private static String compact(String text) {
    StringBuilder compact = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c > ' ') {
        compact.append(c == '_' ? '-' : c);
      }
    }
    return compact.toString().toLowerCase(Locale.ROOT);
  }
}
