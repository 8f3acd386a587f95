package io.github.alloydbagent.config.setting;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Describes one setting; {@link KnownSettings} lists all of them.
 *
 * @param <T> the type of its values
 */
public final class Setting<T> {

  public static final String PROPERTY_PREFIX = "alloydb.agent.";

  public static final String VARIABLE_PREFIX = "ALLOYDB_AGENT_";

  public final String name;
  public final ValueParser<T> syntax;

  /** The default, as one would write it in the settings; null if the setting has no default. */
  public final @Nullable String defaultText;

  /** The default as shown in the documentation, in Markdown. */
  public final String shownDefault;

  /** Whether a mapping can override this setting. */
  public final boolean perInstance;

  /** Whether the value must not be printed. */
  public final boolean secret;

  /** Whether this setting only affects logs and monitoring, not connections. */
  final boolean observation;

  /** One line of Markdown, which the documentation repeats. */
  public final String meaning;

  private Setting(
      String name,
      ValueParser<T> syntax,
      @Nullable String defaultText,
      String shownDefault,
      boolean perInstance,
      boolean secret,
      boolean observation,
      String meaning) {
    this.name = name;
    this.syntax = syntax;
    this.defaultText = defaultText;
    this.shownDefault = shownDefault;
    this.perInstance = perInstance;
    this.secret = secret;
    this.observation = observation;
    this.meaning = meaning;
  }

  static <T> Setting<T> withDefault(
      String name, ValueParser<T> syntax, String defaultText, String meaning) {
    return new Setting<T>(
        name, syntax, defaultText, "`" + defaultText + "`", false, false, false, meaning);
  }

  /** Creates a setting without a default value. */
  static <T> Setting<T> without(
      String name, ValueParser<T> syntax, String shownDefault, String meaning) {
    return new Setting<T>(name, syntax, null, shownDefault, false, false, false, meaning);
  }

  Setting<T> perInstance() {
    return new Setting<T>(
        name, syntax, defaultText, shownDefault, true, secret, observation, meaning);
  }

  Setting<T> secret() {
    return new Setting<T>(
        name, syntax, defaultText, shownDefault, perInstance, true, observation, meaning);
  }

  Setting<T> observation() {
    return new Setting<T>(
        name, syntax, defaultText, shownDefault, perInstance, secret, true, meaning);
  }

  public String systemProperty() {
    return PROPERTY_PREFIX + name;
  }

  public String environmentVariable() {
    return VARIABLE_PREFIX + inVariable(name);
  }

  /** Returns the name of a setting as used in environment variables. */
  public static String inVariable(String name) {
    return name.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /** Returns the text in a form that may be printed. */
  public String shown(String text) {
    return secret ? "(not shown)" : SettingsErrors.quoted(text);
  }

  @Override
  public String toString() {
    return name;
  }
}
