package io.github.alloydbagent.config.source;

import io.github.alloydbagent.config.setting.KnownSettings;
import io.github.alloydbagent.config.setting.NearestName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits the text after {@code -javaagent:alloydb-agent.jar=} into settings. They are separated by
 * commas, although values can contain commas too. A piece between commas starts a new setting if it
 * has the form {@code name=value}. After {@code instances}, whose mappings also have that form, it
 * does so only if its name is that of a setting (or nearly), or if its value has no slash. A value
 * that starts with {@code projects/} belongs to a mapping, unless it is only a project and the name
 * is {@code discover}. Every other piece continues the previous value.
 */
final class AgentArguments {

  private static final String PROJECTS = "projects/";

  private AgentArguments() {}

  /** Returns names and texts in order; a first piece without {@code =} has an empty name. */
  static List<RawSetting> split(@Nullable String arguments) {
    List<RawSetting> settings = new ArrayList<>();
    if (arguments == null) {
      return settings;
    }
    String name = null;
    StringBuilder text = new StringBuilder();
    int from = 0;
    for (int i = 0; i <= arguments.length(); i++) {
      if (i < arguments.length() && arguments.charAt(i) != ',') {
        continue;
      }
      String piece = arguments.substring(from, i);
      from = i + 1;
      int equals = piece.indexOf('=');
      if (name != null && !beginsSetting(piece, equals, name)) {
        text.append(',').append(piece);
        continue;
      }
      if (name == null && piece.trim().isEmpty()) {
        continue;
      }
      if (name != null) {
        settings.add(setting(name, text));
      }
      name = equals < 0 ? "" : piece.substring(0, equals).trim();
      text = new StringBuilder(piece.substring(equals + 1));
    }
    if (name != null) {
      settings.add(setting(name, text));
    }
    return settings;
  }

  private static RawSetting setting(String name, StringBuilder text) {
    int end = text.length();
    while (end > 0 && (text.charAt(end - 1) == ',' || text.charAt(end - 1) <= ' ')) {
      end--; // trailing comma
    }
    return new RawSetting(name, text.substring(0, end).trim(), ("agent argument " + name).trim());
  }

  private static boolean beginsSetting(String piece, int equals, String current) {
    if (equals < 0) {
      return false;
    }
    String name = piece.substring(0, equals).trim();
    String value = RawSetting.withoutByteOrderMark(piece.substring(equals + 1).trim());
    if (!isName(name)) {
      return false;
    }
    if (value.startsWith(PROJECTS)) { // an instance, unless it ends after the project
      return name.equals(KnownSettings.DISCOVER.name) && value.indexOf('/', PROJECTS.length()) < 0;
    }
    return !current.equals(KnownSettings.INSTANCES.name)
        || value.indexOf('/') < 0
        || NearestName.of(name, KnownSettings.names(KnownSettings.ALL)) != null;
  }

  private static boolean isName(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      boolean later = (c >= '0' && c <= '9') || c == '-' || c == '_';
      if (!letter && (i == 0 || !later)) {
        return false;
      }
    }
    return !text.isEmpty();
  }
}
