package io.github.alloydbagent.config.setting;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values of settings, on top of those that they override. */
public final class SettingValues {

  private final @Nullable SettingValues overridden;
  private final Map<Setting<?>, Object> values = new HashMap<>();

  public SettingValues(@Nullable SettingValues overridden) {
    this.overridden = overridden;
  }

  /** Reads the text as a value of the setting; what does not fit becomes a mistake. */
  public <T> void read(Setting<T> setting, String text, String place, SettingsErrors mistakes) {
    if (text.isEmpty()) {
      mistakes.unfit(setting, text, place, "");
      return;
    }
    try {
      T value = setting.syntax.parse(text);
      if (value != null) {
        values.put(setting, value);
      }
    } catch (InvalidValueException e) {
      mistakes.unfit(setting, text, place, e.why());
    }
  }

  @SuppressWarnings("unchecked") // read() put in what the setting's own syntax made
  public <T> @Nullable T find(Setting<T> setting) {
    Object value = values.get(setting);
    if (value != null) {
      return (T) value;
    }
    return overridden == null ? null : overridden.find(setting);
  }

  /** The value that stands here itself, without those that it would override. */
  @SuppressWarnings("unchecked") // as in find
  public <T> @Nullable T own(Setting<T> setting) {
    return (T) values.get(setting);
  }

  /** The nearest values that have any of these settings; these ones if there are none. */
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

  /** Gives a setting this value where nobody set it. */
  public <T> void defaultsTo(Setting<T> setting, T value) {
    if (!values.containsKey(setting)) {
      values.put(setting, value);
    }
  }

  /** A setting that has a default. */
  public <T> T get(Setting<T> setting) {
    T value = find(setting);
    if (value == null) {
      throw new IllegalStateException("no value of " + setting);
    }
    return value;
  }

  /** The defaults, read by the same syntax as what people write. */
  public static SettingValues defaults() {
    SettingValues defaults = new SettingValues(null);
    SettingsErrors none = new SettingsErrors();
    for (Setting<?> setting : KnownSettings.ALL) {
      if (setting.defaultText != null) {
        defaults.read(setting, setting.defaultText, "default", none);
      }
    }
    return defaults;
  }
}
