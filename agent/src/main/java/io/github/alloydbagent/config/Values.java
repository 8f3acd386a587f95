package io.github.alloydbagent.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values of settings, on top of those that they override. */
final class Values {

  private final @Nullable Values overridden;
  private final Map<Setting<?>, Object> values = new HashMap<>();

  Values(@Nullable Values overridden) {
    this.overridden = overridden;
  }

  /** Reads the text as a value of the setting; what does not fit becomes a mistake. */
  <T> void read(Setting<T> setting, String text, String place, Mistakes mistakes) {
    if (text.isEmpty()) {
      mistakes.unfit(setting, text, place, "");
      return;
    }
    try {
      T value = setting.syntax.parse(text);
      if (value != null) {
        values.put(setting, value);
      }
    } catch (UnfitException e) {
      mistakes.unfit(setting, text, place, e.why());
    }
  }

  @SuppressWarnings("unchecked") // read() put in what the setting's own syntax made
  <T> @Nullable T find(Setting<T> setting) {
    Object value = values.get(setting);
    if (value != null) {
      return (T) value;
    }
    return overridden == null ? null : overridden.find(setting);
  }

  /** The value that stands here itself, without those that it would override. */
  @SuppressWarnings("unchecked") // as in find
  <T> @Nullable T own(Setting<T> setting) {
    return (T) values.get(setting);
  }

  /** The nearest values that have any of these settings; these ones if there are none. */
  Values nearest(List<? extends Setting<?>> settings) {
    for (Values at = this; at != null; at = at.overridden) {
      for (Setting<?> setting : settings) {
        if (at.values.containsKey(setting)) {
          return at;
        }
      }
    }
    return this;
  }

  /** Gives a setting this value where nobody set it. */
  <T> void defaultsTo(Setting<T> setting, T value) {
    if (!values.containsKey(setting)) {
      values.put(setting, value);
    }
  }

  /** A setting that has a default. */
  <T> T get(Setting<T> setting) {
    T value = find(setting);
    if (value == null) {
      throw new IllegalStateException("no value of " + setting);
    }
    return value;
  }

  /** The defaults, read by the same syntax as what people write. */
  static Values defaults() {
    Values defaults = new Values(null);
    Mistakes none = new Mistakes();
    for (Setting<?> setting : KnownSettings.ALL) {
      if (setting.defaultText != null) {
        defaults.read(setting, setting.defaultText, "default", none);
      }
    }
    return defaults;
  }
}
