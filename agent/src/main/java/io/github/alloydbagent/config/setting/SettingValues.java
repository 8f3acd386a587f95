package io.github.alloydbagent.config.setting;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values of settings that override those of a parent. */
public final class SettingValues {

  private final @Nullable SettingValues overridden;
  private final Map<Setting<?>, Object> values = new HashMap<>();

  public SettingValues(@Nullable SettingValues overridden) {
    this.overridden = overridden;
  }

  /** Parses the text as a value of the setting; an invalid value is added to the errors. */
  public <T> void read(Setting<T> setting, String text, String place, SettingsErrors errors) {
    if (text.isEmpty()) {
      errors.addInvalidValue(setting, text, place, "");
      return;
    }
    try {
      T value = setting.syntax.parse(text);
      if (value != null) {
        values.put(setting, value);
      }
    } catch (InvalidValueException e) {
      errors.addInvalidValue(setting, text, place, e.why());
    }
  }

  /** Returns the value that is set here, or else the inherited one. */
  public <T> @Nullable T find(Setting<T> setting) {
    for (SettingValues at = this; at != null; at = at.overridden) {
      T value = at.own(setting);
      if (value != null || (setting.scope == SettingScope.CREDENTIALS && at.hasCredentials())) {
        return value;
      }
    }
    return null;
  }

  /** Returns what {@link #find} returns for each of these settings. */
  public List<@Nullable Object> findAll(List<Setting<?>> settings) {
    List<@Nullable Object> found = new ArrayList<>(settings.size());
    for (Setting<?> setting : settings) {
      found.add(find(setting));
    }
    return found;
  }

  private boolean hasCredentials() {
    return !Collections.disjoint(values.keySet(), KnownSettings.CREDENTIALS);
  }

  /** Returns the value that is set here, ignoring the overridden values. */
  @SuppressWarnings("unchecked") // read() stores only values that the setting's parser returned
  public <T> @Nullable T own(Setting<T> setting) {
    return (T) values.get(setting);
  }

  /** Sets the value of a setting unless it is already set here. */
  public <T> void defaultsTo(Setting<T> setting, T value) {
    if (!values.containsKey(setting)) {
      values.put(setting, value);
    }
  }

  /** Returns the value of a setting that has a default. */
  public <T> T get(Setting<T> setting) {
    T value = find(setting);
    if (value == null) {
      throw new IllegalStateException("no value of " + setting);
    }
    return value;
  }

  /** Returns the defaults, parsed like values that users write. */
  public static SettingValues defaults() {
    SettingValues defaults = new SettingValues(null);
    SettingsErrors unused = new SettingsErrors();
    for (Setting<?> setting : KnownSettings.ALL) {
      if (setting.defaultText != null) {
        defaults.read(setting, setting.defaultText, "default", unused);
      }
    }
    return defaults;
  }
}
