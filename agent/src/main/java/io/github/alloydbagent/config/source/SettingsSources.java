package io.github.alloydbagent.config.source;

import io.github.alloydbagent.config.setting.InvalidValueException;
import io.github.alloydbagent.config.setting.KnownSettings;
import io.github.alloydbagent.config.setting.NearestName;
import io.github.alloydbagent.config.setting.Setting;
import io.github.alloydbagent.config.setting.SettingsErrors;
import io.github.alloydbagent.config.setting.SwallowedMapping;
import io.github.alloydbagent.config.setting.ValueParser;
import io.github.alloydbagent.util.ErrorCode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the settings from their four sources; the first source that has a setting wins. */
public final class SettingsSources {

  public static final String DEFAULT_FILE = "alloydb-agent.properties";

  private final Map<String, RawSetting> settings = new HashMap<>();
  private final List<String> notices = new ArrayList<>();
  private final SettingsErrors errors;
  private @Nullable File file;
  private byte @Nullable [] fileContent;

  public SettingsSources(SettingsErrors errors) {
    this.errors = errors;
  }

  public void readAll(
      @Nullable String agentArguments,
      Map<String, String> systemProperties,
      Map<String, String> environment,
      File jarDirectory) {
    addFromOwnSource(AgentArguments.split(agentArguments));
    addFromSharedSource(SharedNames.ofProperties(systemProperties));
    addFromSharedSource(SharedNames.ofEnvironment(environment));
    readFile(jarDirectory);
  }

  public @Nullable RawSetting find(Setting<?> setting) {
    return settings.get(setting.name);
  }

  /** Returns remarks that probably need no action. */
  public List<String> notices() {
    return notices;
  }

  /** Returns whether a host is mapped, or would be if the settings were valid. */
  public boolean mayMapHosts() {
    return errors.mayHideMapping()
        || find(KnownSettings.INSTANCES) != null
        || find(KnownSettings.DISCOVER) != null;
  }

  /** Returns the settings file that was read, or null. */
  public @Nullable File file() {
    return file;
  }

  /** Returns the bytes of that file as they were parsed, or null. */
  public byte @Nullable [] fileContent() {
    return fileContent;
  }

  private void readFile(File jarDirectory) {
    RawSetting named = find(KnownSettings.CONFIG_FILE);
    File defaultFile = new File(jarDirectory, DEFAULT_FILE);
    // a dangling link is an error: its creator intended to configure something
    if (named == null && !defaultFile.exists() && !Files.isSymbolicLink(defaultFile.toPath())) {
      return;
    }
    String text = named == null ? defaultFile.getPath() : named.text;
    String place = named == null ? "next to the jar" : named.place;
    if (text.isEmpty()) {
      errors.recordHiddenMapping();
      return; // reported when the values are validated
    }
    try {
      File found = ValueParser.READABLE_FILE.parse(text);
      byte[] content = SettingsFile.read(found);
      addFromOwnSource(PropertiesFile.parse(content, found, errors));
      file = found;
      fileContent = content;
    } catch (InvalidValueException e) {
      errors.recordHiddenMapping();
      errors.addInvalidValue(KnownSettings.CONFIG_FILE, text, place, e.why());
    } catch (IOException e) {
      errors.recordHiddenMapping();
      errors.addInvalidValue(
          KnownSettings.CONFIG_FILE, text, place, "reading it failed: " + e.getMessage());
    }
  }

  /** Adds settings from a source that only the agent reads, where an unknown name is an error. */
  private void addFromOwnSource(List<RawSetting> sourceSettings) {
    Map<String, RawSetting> inSource = new HashMap<>();
    for (RawSetting setting : sourceSettings) {
      boolean inFile = !setting.place.startsWith("agent argument");
      RawSetting first = inSource.get(setting.name);
      Setting<?> known = KnownSettings.find(setting.name);
      if (known != null
          && SwallowedMapping.isReported(known, setting.text, setting.place, errors)) {
        continue;
      }
      if (known == null) {
        addUnknown(setting);
      } else if (first != null) {
        if (KnownSettings.MAPPING.contains(known)) {
          errors.recordHiddenMapping();
        }
        errors.add(
            ErrorCode.SETTING_DUPLICATE,
            known,
            setting.place,
            "a second value",
            "only one; the first is at " + first.place,
            null);
      } else if (inFile && known == KnownSettings.CONFIG_FILE) {
        errors.recordHiddenMapping();
        errors.add(
            ErrorCode.SETTING_MISPLACED,
            setting.name,
            setting.place,
            "config-file inside a settings file",
            "it in agent arguments, system properties or environment variables",
            null);
      } else {
        inSource.put(setting.name, setting);
      }
    }
    for (RawSetting setting : inSource.values()) {
      if (!settings.containsKey(setting.name)) {
        settings.put(setting.name, setting);
      }
    }
  }

  /**
   * Reports an unknown setting without its value, which may be a secret under a misspelled name.
   */
  private void addUnknown(RawSetting setting) {
    List<String> names = KnownSettings.names(KnownSettings.ALL);
    String nearest = NearestName.of(setting.name, names);
    if (setting.name.isEmpty()
        || setting.text.contains("projects/")
        || SwallowedMapping.isIn(setting.text)
        || isMapping(nearest)) {
      errors.recordHiddenMapping();
    }
    if (setting.name.isEmpty()) {
      errors.add(
          ErrorCode.SETTING_UNKNOWN,
          "agent arguments",
          setting.place,
          SettingsErrors.quoted(setting.text),
          "name=value",
          null);
    } else if (setting.text.startsWith("projects/")) {
      errors.add(
          ErrorCode.SETTING_MISPLACED,
          setting.name,
          setting.place,
          "a mapping where a setting should begin",
          "it inside instances; in a file, a line that continues on the next line ends with \\",
          null);
    } else {
      errors.add(
          ErrorCode.SETTING_UNKNOWN,
          setting.name,
          setting.place,
          "an unknown setting",
          nearest == null ? "one of " + String.join(", ", names) : "a known one",
          nearest);
    }
  }

  private static boolean isMapping(@Nullable String name) {
    return name != null && KnownSettings.MAPPING.contains(KnownSettings.find(name));
  }

  private void addFromSharedSource(SharedNames shared) {
    shared.checkReadable(errors);
    shared.addTo(settings, errors, notices);
    shared.warnAboutUnknownNames(errors);
    shared.reportFormerNames(notices);
  }
}
