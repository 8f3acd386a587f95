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

  /** Whether the value must not be printed. */
  public final boolean secret;

  /** One line of Markdown, which the documentation repeats. */
  public final String meaning;

  final SettingScope scope;

  Setting(
      SettingScope scope,
      String name,
      ValueParser<T> syntax,
      @Nullable String defaultText,
      String shownDefault,
      boolean secret,
      String meaning) {
    this.scope = scope;
    this.name = name;
    this.syntax = syntax;
    this.defaultText = defaultText;
    this.shownDefault = shownDefault;
    this.secret = secret;
    this.meaning = meaning;
  }

  /** Returns whether a mapping can override this setting. */
  public boolean isPerInstance() {
    return scope.isWithin(SettingScope.INSTANCE);
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
