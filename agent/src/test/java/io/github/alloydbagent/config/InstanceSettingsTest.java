package io.github.alloydbagent.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.config.setting.KnownSettings;
import io.github.alloydbagent.config.setting.Setting;
import io.github.alloydbagent.config.setting.SettingValues;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What a remap notices follows from the definition of each setting. */
class InstanceSettingsTest {
  static final List<Setting<?>> ALL = KnownSettings.ALL;

  @ParameterizedTest
  @FieldSource("ALL")
  void everySettingThatAMappingOverridesTakesPartInEquality(Setting<?> setting) {
    Object value = new Object();
    InstanceSettings changed = with(setting, value);
    assertThat(changed).isEqualTo(with(setting, value)).hasSameHashCodeAs(with(setting, value));
    assertThat(changed.equals(with(setting, new Object())))
        .as("equal with another value")
        .isEqualTo(!setting.isPerInstance());
    assertThat(changed.equals(new InstanceSettings(SettingValues.defaults())))
        .as("equal to the defaults")
        .isEqualTo(!setting.isPerInstance());
  }

  /** Instances that share an identity share tokens, so an identity differs in nothing else. */
  @ParameterizedTest
  @FieldSource("ALL")
  void everySettingOfAnIdentityTakesPartInItsEquality(Setting<?> setting) {
    assertThat(with(setting, "a").identity().equals(with(setting, "b").identity()))
        .isEqualTo(!KnownSettings.IDENTITY.contains(setting));
    assertThat(with(setting, "a").identity().distinction())
        .isEqualTo(with(setting, "a").identity().distinction());
  }

  @ParameterizedTest
  @FieldSource("ALL")
  void everySettingIsInherited(Setting<?> setting) {
    SettingValues general = values(setting, "a");
    assertThat(new InstanceSettings(new SettingValues(general)))
        .isEqualTo(new InstanceSettings(general));
  }

  @ParameterizedTest
  @FieldSource("ALL")
  void credentialsReplaceAllInheritedCredentials(Setting<?> setting) {
    SettingValues general = SettingValues.defaults();
    KnownSettings.CREDENTIALS.forEach(each -> put(general, each, "general"));
    SettingValues own = new SettingValues(general);
    put(own, setting, "own");
    assertThat(own.findAll(KnownSettings.CREDENTIALS).contains("general"))
        .isEqualTo(!KnownSettings.CREDENTIALS.contains(setting));
  }

  private static InstanceSettings with(Setting<?> setting, Object value) {
    return new InstanceSettings(values(setting, value));
  }

  private static SettingValues values(Setting<?> setting, Object value) {
    SettingValues values = new SettingValues(SettingValues.defaults());
    put(values, setting, value);
    return values;
  }

  /** Any object is a value here: equality must not depend on the type. */
  @SuppressWarnings("unchecked")
  private static void put(SettingValues values, Setting<?> setting, Object value) {
    values.defaultsTo((Setting<Object>) setting, value);
  }
}
