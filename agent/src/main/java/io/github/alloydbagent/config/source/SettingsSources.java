package io.github.alloydbagent.config.source;

import io.github.alloydbagent.config.setting.InvalidValueException;
import io.github.alloydbagent.config.setting.KnownSettings;
import io.github.alloydbagent.config.setting.NearestName;
import io.github.alloydbagent.config.setting.Setting;
import io.github.alloydbagent.config.setting.SettingsErrors;
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

/** The four places where settings come from, and which of them has a setting first. */
public final class SettingsSources {

  public static final String DEFAULT_FILE = "alloydb-agent.properties";

  private final Map<String, RawSetting> given = new HashMap<>();
  private final List<String> notices = new ArrayList<>();
  private final SettingsErrors mistakes;
  private @Nullable File file;
  private byte @Nullable [] fileContent;

  public SettingsSources(SettingsErrors mistakes) {
    this.mistakes = mistakes;
  }

  public void readAll(
      @Nullable String agentArguments,
      Map<String, String> systemProperties,
      Map<String, String> environment,
      File jarDirectory) {
    addOwn(AgentArguments.split(agentArguments));
    addShared(SharedNames.ofProperties(systemProperties));
    addShared(SharedNames.ofEnvironment(environment));
    readFile(jarDirectory);
  }

  public @Nullable RawSetting find(Setting<?> setting) {
    return given.get(setting.name);
  }

  /** What is worth mentioning, and most likely as it should be. */
  public List<String> notices() {
    return notices;
  }

  /** Whether a host is mapped, or would be if it were not for a mistake. */
  public boolean mayMapHosts() {
    return mistakes.isMappingHidden()
        || find(KnownSettings.INSTANCES) != null
        || find(KnownSettings.DISCOVER) != null;
  }

  /** The settings file that was read, or null. */
  public @Nullable File file() {
    return file;
  }

  /** The bytes of that file as they were parsed, or null. */
  public byte @Nullable [] fileContent() {
    return fileContent;
  }

  private void readFile(File jarDirectory) {
    RawSetting named = find(KnownSettings.CONFIG_FILE);
    File beside = new File(jarDirectory, DEFAULT_FILE);
    // a link to what is not there yet is a mistake: whoever made it meant to set something
    if (named == null && !beside.exists() && !Files.isSymbolicLink(beside.toPath())) {
      return;
    }
    String text = named == null ? beside.getPath() : named.text;
    String place = named == null ? "beside the jar" : named.place;
    if (text.isEmpty()) {
      mistakes.mayHideMapping();
      return; // said where values are judged
    }
    try {
      File found = ValueParser.READABLE_FILE.parse(text);
      byte[] content = SettingsFile.read(found);
      addOwn(PropertiesFile.parse(content, found, mistakes));
      file = found;
      fileContent = content;
    } catch (InvalidValueException e) {
      mistakes.mayHideMapping();
      mistakes.unfit(KnownSettings.CONFIG_FILE, text, place, e.why());
    } catch (IOException e) {
      mistakes.mayHideMapping();
      mistakes.unfit(
          KnownSettings.CONFIG_FILE, text, place, "reading it failed: " + e.getMessage());
    }
  }

  /** Settings from a place that is the agent's alone: an unknown one is a mistake. */
  private void addOwn(List<RawSetting> settings) {
    Map<String, RawSetting> here = new HashMap<>();
    for (RawSetting setting : settings) {
      boolean inFile = !setting.place.startsWith("agent argument");
      RawSetting first = here.get(setting.name);
      Setting<?> known = KnownSettings.find(setting.name);
      if (known == null) {
        unknown(setting);
      } else if (first != null) {
        if (KnownSettings.MAPPING.contains(known)) {
          mistakes.mayHideMapping();
        }
        mistakes.add(
            ErrorCode.SETTING_DUPLICATE,
            known,
            setting.place,
            "it a second time",
            "it once; first at " + first.place,
            null);
      } else if (inFile && known == KnownSettings.CONFIG_FILE) {
        mistakes.mayHideMapping();
        mistakes.add(
            ErrorCode.SETTING_MISPLACED,
            setting.name,
            setting.place,
            "it in a settings file",
            "it among agent arguments, system properties or environment variables",
            null);
      } else {
        here.put(setting.name, setting);
      }
    }
    for (RawSetting setting : here.values()) {
      if (!given.containsKey(setting.name)) {
        given.put(setting.name, setting);
      }
    }
  }

  /** Never prints the value: it may be a secret under a misspelt name. */
  private void unknown(RawSetting setting) {
    List<String> names = KnownSettings.names(false);
    String nearest = NearestName.of(setting.name, names);
    if (setting.name.isEmpty() || setting.text.contains("projects/") || isMapping(nearest)) {
      mistakes.mayHideMapping();
    }
    if (setting.name.isEmpty()) {
      mistakes.add(
          ErrorCode.SETTING_UNKNOWN,
          "agent arguments",
          setting.place,
          SettingsErrors.quoted(setting.text),
          "name=value",
          null);
    } else if (setting.text.startsWith("projects/")) {
      mistakes.add(
          ErrorCode.SETTING_MISPLACED,
          setting.name,
          setting.place,
          "a mapping where a setting should begin",
          "it within instances; in a file, a line that goes on in the next ends in \\",
          null);
    } else {
      mistakes.add(
          ErrorCode.SETTING_UNKNOWN,
          setting.name,
          setting.place,
          "a setting that is unknown",
          nearest == null ? "one of " + String.join(", ", names) : "a known one",
          nearest);
    }
  }

  private static boolean isMapping(@Nullable String name) {
    return name != null && KnownSettings.MAPPING.contains(KnownSettings.find(name));
  }

  private void addShared(SharedNames shared) {
    shared.addTo(given, mistakes, notices);
    shared.warnOfUnknown(mistakes);
    shared.mentionFormer(notices);
  }
}
