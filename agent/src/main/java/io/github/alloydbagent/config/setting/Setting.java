package io.github.alloydbagent.config.setting;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What there is to know of one setting; {@link KnownSettings} has them all.
 *
 * @param <T> the type of its values
 */
public final class Setting<T> {

  public static final String PROPERTY_PREFIX = "alloydb.agent.";

  public static final String VARIABLE_PREFIX = "ALLOYDB_AGENT_";

  public final String name;
  public final ValueParser<T> syntax;

  /** What stands for it where nobody set it, as one would write it; null if nothing does. */
  public final @Nullable String defaultText;

  /** The default as the documentation has it, in Markdown. */
  public final String shownDefault;

  /** Whether a mapping can override it. */
  public final boolean perInstance;

  /** Whether its value is never printed. */
  public final boolean secret;

  /** Whether it concerns what the agent shows of itself alone, and no connection. */
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

  /** A setting without a value unless somebody sets it. */
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

  /** A name as variables have it. */
  public static String inVariable(String name) {
    return name.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /** The text as it may be printed. */
  public String shown(String text) {
    return secret ? "(not shown)" : SettingsErrors.quoted(text);
  }

  @Override
  public String toString() {
    return name;
  }
}
