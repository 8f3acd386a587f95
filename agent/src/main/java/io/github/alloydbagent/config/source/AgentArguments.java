package io.github.alloydbagent.config.source;

import io.github.alloydbagent.config.setting.KnownSettings;
import io.github.alloydbagent.config.setting.NearestName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The text after {@code -javaagent:alloydb-agent.jar=}: settings, separated by commas, although the
 * values of some have commas too. A piece between commas begins a new setting if it has the form
 * {@code name=value}; after {@code instances}, whose mappings have that form as well, only if its
 * name is a setting's, or nearly one, or its value has no slash. A value that begins with {@code
 * projects/} belongs to a mapping, unless it is a project and the name is {@code discover}. Any
 * other piece continues the value before it.
 */
final class AgentArguments {

  private static final String PROJECTS = "projects/";

  private AgentArguments() {}

  /** Returns names and texts in their order; a first piece without {@code =} has an empty name. */
  static List<RawSetting> split(@Nullable String arguments) {
    List<RawSetting> given = new ArrayList<>();
    if (arguments == null) {
      return given;
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
        given.add(given(name, text));
      }
      name = equals < 0 ? "" : piece.substring(0, equals).trim();
      text = new StringBuilder(piece.substring(equals + 1));
    }
    if (name != null) {
      given.add(given(name, text));
    }
    return given;
  }

  private static RawSetting given(String name, StringBuilder text) {
    int end = text.length();
    while (end > 0 && (text.charAt(end - 1) == ',' || text.charAt(end - 1) <= ' ')) {
      end--; // a comma at the end
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
        || NearestName.of(name, KnownSettings.names(false)) != null;
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
