package io.github.alloydbagent.config.setting;

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

  @SuppressWarnings("unchecked") // read() stores only values that the setting's parser returned
  public <T> @Nullable T find(Setting<T> setting) {
    Object value = values.get(setting);
    if (value != null) {
      return (T) value;
    }
    return overridden == null ? null : overridden.find(setting);
  }

  /** Returns the value that is set here, ignoring the overridden values. */
  @SuppressWarnings("unchecked") // as in find
  public <T> @Nullable T own(Setting<T> setting) {
    return (T) values.get(setting);
  }

  /** Returns the nearest values that contain any of these settings; this object if no values do. */
  public SettingValues nearest(List<? extends Setting<?>> settings) {
    for (SettingValues at = this; at != null; at = at.overridden) {
      for (Setting<?> setting : settings) {
        if (at.values.containsKey(setting)) {
          return at;
        }
      }
    }
    return this;
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
