package io.github.alloydbagent.config;

import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.config.setting.KnownSettings;
import io.github.alloydbagent.config.setting.NearestName;
import io.github.alloydbagent.config.setting.Setting;
import io.github.alloydbagent.config.setting.SettingValues;
import io.github.alloydbagent.config.setting.SettingsErrors;
import io.github.alloydbagent.config.setting.SwallowedMapping;
import io.github.alloydbagent.config.source.RawSetting;
import io.github.alloydbagent.route.HostPattern;
import io.github.alloydbagent.util.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses the value of {@code instances}: {@code host=instance?setting=value&setting=value},
 * separated by commas or line breaks.
 */
final class MappingList {

  private static final String FORM = "HOST=" + InstanceName.FORM;

  private final SettingValues general;
  private final SettingsErrors errors;
  private final List<Mapping> mappings = new ArrayList<>();
  private final Map<HostPattern, String> places = new HashMap<>();
  private int count;

  MappingList(SettingValues general, SettingsErrors errors) {
    this.general = general;
    this.errors = errors;
  }

  List<Mapping> read(RawSetting raw) {
    int from = 0;
    String text = raw.text;
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : ',';
      if (c == ',' || c == '\n' || c == '\r') {
        String mapping = text.substring(from, i).trim();
        from = i + 1;
        if (!mapping.isEmpty()) {
          count++;
          readMapping(mapping, raw.place + ", mapping " + count);
        }
      }
    }
    if (count == 0) {
      errors.add(ErrorCode.MAPPING_INVALID, "instances", raw.place, "nothing", FORM, null);
    }
    return mappings;
  }

  private void readMapping(String text, String place) {
    int questionMark = text.indexOf('?');
    String shown = questionMark < 0 ? text : text.substring(0, questionMark); // secrets may follow
    int equals = shown.indexOf('=');
    if (equals < 0) {
      errors.add(
          ErrorCode.MAPPING_INVALID,
          "instances",
          place,
          SettingsErrors.quoted(shown) + ", which has no =",
          FORM,
          null);
      return;
    }
    String host = shown.substring(0, equals).trim();
    HostPattern pattern = pattern(host, place);
    InstanceName instance = instance(shown.substring(equals + 1).trim(), place);
    String mappingPlace = place + " \"" + host + "\"";
    SettingValues own = new SettingValues(general);
    StringBuilder overrides = new StringBuilder();
    if (questionMark >= 0) {
      readOverrides(text.substring(questionMark + 1), mappingPlace, own, overrides);
      IdentitySettings.check(own, mappingPlace, errors);
    }
    if (pattern == null) {
      return;
    }
    String firstPlace = places.get(pattern);
    if (firstPlace != null) {
      errors.add(
          ErrorCode.SETTING_DUPLICATE,
          "instances",
          place,
          "host " + SettingsErrors.quoted(host) + " a second time",
          "each host only once; the first mapping is " + firstPlace,
          null);
      return;
    }
    places.put(pattern, mappingPlace);
    if (instance != null) {
      mappings.add(
          new Mapping(host, pattern, instance, new InstanceSettings(own), overrides.toString()));
    }
  }

  private @Nullable HostPattern pattern(String host, String place) {
    try {
      return HostPattern.parse(host);
    } catch (IllegalArgumentException e) {
      errors.add(
          ErrorCode.HOST_INVALID,
          "instances",
          place,
          "host " + SettingsErrors.quoted(host) + ": " + e.getMessage(),
          "HOST, HOST:PORT, [IPV6]:PORT or *.DOMAIN before the =",
          null);
      return null;
    }
  }

  private @Nullable InstanceName instance(String text, String place) {
    try {
      return InstanceName.parse(text);
    } catch (IllegalArgumentException e) {
      errors.add(
          ErrorCode.INSTANCE_NAME_INVALID,
          "instances",
          place,
          "instance " + SettingsErrors.quoted(text) + ": " + e.getMessage(),
          InstanceName.FORM,
          null);
      return null;
    }
  }

  private void readOverrides(String text, String place, SettingValues own, StringBuilder shown) {
    Set<String> seen = new HashSet<>();
    int from = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i < text.length() && text.charAt(i) != '&') {
        continue;
      }
      String override = text.substring(from, i);
      from = i + 1;
      int equals = override.indexOf('=');
      String name = (equals < 0 ? override : override.substring(0, equals)).trim();
      String value = equals < 0 ? "" : override.substring(equals + 1).trim();
      Setting<?> setting = KnownSettings.find(name);
      if (name.isEmpty()) {
        if (seen.add(name)) {
          errors.add(
              ErrorCode.MAPPING_INVALID,
              "instances",
              place,
              "no setting after ? or &",
              "SETTING=VALUE after each of them",
              null);
        }
      } else if (setting == null || !setting.isPerInstance()) {
        notPerInstance(name, setting, place);
      } else if (!seen.add(name)) {
        errors.add(
            ErrorCode.SETTING_DUPLICATE,
            name,
            place,
            "a second value",
            "only one in a mapping",
            null);
      } else if (!SwallowedMapping.isReported(setting, value, place, errors)) {
        own.read(setting, value, place, errors);
        shown.append(shown.length() == 0 ? "" : "&").append(name).append('=');
        shown.append(setting.secret ? "(not shown)" : value);
      }
    }
  }

  private void notPerInstance(String name, @Nullable Setting<?> setting, String place) {
    List<String> names = KnownSettings.names(KnownSettings.PER_INSTANCE);
    if (setting != null) {
      errors.add(
          ErrorCode.SETTING_MISPLACED,
          setting,
          place,
          "a setting that applies to all instances",
          "one of these after ?: " + String.join(", ", names),
          null);
      return;
    }
    String nearest = NearestName.of(name, names);
    errors.add(
        ErrorCode.SETTING_UNKNOWN,
        name,
        place,
        "an unknown setting",
        "one of these after ?: " + String.join(", ", names),
        nearest);
  }
}
