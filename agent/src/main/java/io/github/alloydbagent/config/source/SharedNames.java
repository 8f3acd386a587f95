package io.github.alloydbagent.config.source;

import io.github.alloydbagent.config.setting.InvalidValueException;
import io.github.alloydbagent.config.setting.KnownSettings;
import io.github.alloydbagent.config.setting.NearestName;
import io.github.alloydbagent.config.setting.Setting;
import io.github.alloydbagent.config.setting.SettingsErrors;
import io.github.alloydbagent.config.setting.SwallowedMapping;
import io.github.alloydbagent.util.ErrorCode;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads settings from system properties or environment variables, whose names other software uses
 * too: an unknown name is at most a warning.
 */
public final class SharedNames {

  /** The only variable with a short name in addition to its full one. */
  public static final String SHORT_INSTANCES = "ALLOYDB_INSTANCES";

  private final Map<String, String> variables;
  private final boolean isProperties;
  private final String kind;
  private final String prefix;

  private SharedNames(
      Map<String, String> variables, boolean isProperties, String kind, String prefix) {
    this.variables = variables;
    this.isProperties = isProperties;
    this.kind = kind;
    this.prefix = prefix;
  }

  static SharedNames ofProperties(Map<String, String> properties) {
    return new SharedNames(properties, true, "system property ", Setting.PROPERTY_PREFIX);
  }

  static SharedNames ofEnvironment(Map<String, String> environment) {
    return new SharedNames(environment, false, "environment variable ", Setting.VARIABLE_PREFIX);
  }

  /** Reports an environment whose names cannot be read, and therefore may map hosts. */
  void checkReadable(SettingsErrors errors) {
    if (!isProperties && isUnreadable(variables.keySet())) {
      errors.recordHiddenMapping();
      errors.add(
          ErrorCode.ENVIRONMENT_UNREADABLE,
          "environment variables",
          "default charset " + Charset.defaultCharset().name(),
          "names that the default charset cannot decode",
          "a default charset that contains ASCII, such as -Dfile.encoding=UTF-8",
          null);
    }
  }

  /**
   * Returns whether the names were decoded with a charset that does not contain ASCII: up to Java
   * 17, {@code -Dfile.encoding=UTF-16} applies to the environment as well. Some name of every real
   * environment contains a letter.
   */
  private static boolean isUnreadable(Iterable<String> names) {
    boolean hasOtherCharacter = false;
    for (String name : names) {
      for (int i = 0; i < name.length(); i++) {
        char c = name.charAt(i);
        if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) {
          return false;
        }
        hasOtherCharacter |= c > '~';
      }
    }
    return hasOtherCharacter;
  }

  /** Adds the settings that no earlier source contains. */
  void addTo(Map<String, RawSetting> given, SettingsErrors errors, List<String> notices) {
    for (Setting<?> setting : KnownSettings.ALL) {
      String name = name(setting);
      String text = variables.get(name);
      if (text != null && SwallowedMapping.isReported(setting, text.trim(), kind + name, errors)) {
        continue;
      }
      if (given.containsKey(setting.name)) {
        continue;
      }
      if (text != null && !isProperties && ServiceLinks.isAddress(text)) {
        notices.add(kind + name + " is ignored: Kubernetes sets it for a Service");
        text = null;
      }
      if (setting == KnownSettings.INSTANCES && !isProperties) {
        String shortText = variables.get(SHORT_INSTANCES);
        if (text != null && shortText != null && !text.trim().equals(shortText.trim())) {
          errors.add(
              ErrorCode.SETTINGS_CONFLICT,
              setting,
              kind + name,
              "a different value than in " + SHORT_INSTANCES,
              "only one of them",
              null);
        }
        name = shortText == null ? name : SHORT_INSTANCES;
        text = shortText == null ? text : shortText;
      }
      if (text != null) {
        given.put(setting.name, new RawSetting(setting.name, text.trim(), kind + name));
      }
    }
  }

  /** Warns about names that have the agent's prefix but are not settings. */
  void warnAboutUnknownNames(SettingsErrors errors) {
    List<String> known = new ArrayList<>();
    for (Setting<?> setting : KnownSettings.ALL) {
      known.add(name(setting));
    }
    List<String> unknown = new ArrayList<>();
    for (String name : variables.keySet()) {
      if (name.startsWith(prefix)
          && !known.contains(name)
          && (isProperties || !ServiceLinks.isName(name))) {
        unknown.add(name);
      }
    }
    Collections.sort(unknown);
    for (String name : unknown) {
      String nearest = nearest(name, known);
      errors.warn(
          ErrorCode.FOREIGN_SETTING,
          kind
              + name
              + " is not a setting of the AlloyDB Agent; it is ignored"
              + (nearest == null ? "" : " (nearest match: " + nearest + ")"));
    }
  }

  /**
   * Reports variables whose names were settings before the agent's names had a prefix: other
   * software may use them, or a user may not know the new name. A variable whose value is not valid
   * for the setting belongs to other software and is not reported.
   */
  void reportFormerNames(List<String> notices) {
    for (Setting<?> setting : KnownSettings.ALL) {
      String former = setting == KnownSettings.IAM_USER ? "user" : setting.name;
      String name = isProperties ? "alloydb." + former : "ALLOYDB_" + Setting.inVariable(former);
      String text = variables.get(name);
      if (text != null
          && !name.equals(SHORT_INSTANCES)
          && !variables.containsKey(name(setting))
          && isValue(setting, text.trim())) {
        notices.add(kind + name + " is not read; the AlloyDB Agent's setting is " + name(setting));
      }
    }
  }

  private static boolean isValue(Setting<?> setting, String text) {
    if (text.isEmpty() || ServiceLinks.isAddress(text)) {
      return false;
    }
    try {
      return setting.syntax.parse(text) != null;
    } catch (InvalidValueException e) {
      return false;
    }
  }

  private String name(Setting<?> setting) {
    return isProperties ? setting.systemProperty() : setting.environmentVariable();
  }

  /**
   * Compares the names without the prefix, so that the prefix does not count toward their length.
   */
  private @Nullable String nearest(String name, List<String> known) {
    List<String> names = new ArrayList<>();
    for (String knownName : known) {
      names.add(knownName.substring(prefix.length()));
    }
    String nearest = NearestName.of(name.substring(prefix.length()), names);
    return nearest == null ? null : prefix + nearest;
  }
}
