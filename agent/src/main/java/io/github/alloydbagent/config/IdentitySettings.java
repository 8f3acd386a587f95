package io.github.alloydbagent.config;

import io.github.alloydbagent.config.setting.KnownSettings;
import io.github.alloydbagent.config.setting.Setting;
import io.github.alloydbagent.config.setting.SettingValues;
import io.github.alloydbagent.config.setting.SettingsErrors;
import io.github.alloydbagent.util.ErrorCode;
import java.io.File;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The identity to connect as: at most one kind of credentials, and how to use them. Equal settings
 * are one identity, whose tokens and certificates are shared.
 */
public final class IdentitySettings {
  private final SettingValues values;
  private final List<@Nullable Object> effective;

  IdentitySettings(SettingValues values) {
    this.values = values;
    this.effective = values.findAll(KnownSettings.IDENTITY);
  }

  /** Reports conflicts among the values that are set here, as opposed to inherited. */
  static void check(SettingValues values, String place, SettingsErrors errors) {
    List<String> set = new ArrayList<>();
    for (Setting<?> setting : KnownSettings.CREDENTIALS) {
      if (setting != KnownSettings.LOGIN_TOKEN && values.own(setting) != null) {
        set.add(setting.name);
      }
    }
    if (set.size() > 1) {
      errors.add(
          ErrorCode.SETTINGS_CONFLICT,
          String.join(", ", set),
          place,
          set.size() + " kinds of credentials",
          "one of them",
          null);
    }
    if (values.own(KnownSettings.LOGIN_TOKEN) != null
        && values.own(KnownSettings.ACCESS_TOKEN) == null) {
      errors.add(
          ErrorCode.SETTINGS_CONFLICT,
          KnownSettings.LOGIN_TOKEN.name,
          place,
          "login-token without access-token",
          "both tokens",
          null);
    }
  }

  /** Returns a credentials JSON file, or null. */
  public @Nullable File file() {
    return values.find(KnownSettings.CREDENTIALS_FILE);
  }

  /** Returns the content of a credentials JSON file, or null. Secret. */
  public @Nullable String json() {
    return values.find(KnownSettings.CREDENTIALS_JSON);
  }

  /** Returns a fixed token for the Admin API, or null. Secret. */
  public @Nullable String accessToken() {
    return values.find(KnownSettings.ACCESS_TOKEN);
  }

  /** Returns a fixed token for database login, or null. Secret. */
  public @Nullable String loginToken() {
    return values.find(KnownSettings.LOGIN_TOKEN);
  }

  /** Returns whether Application Default Credentials are used. */
  public boolean isDefault() {
    return file() == null && json() == null && accessToken() == null;
  }

  /**
   * Returns the service account to impersonate, followed by its delegates, the closest one first.
   */
  public List<String> impersonation() {
    List<String> chain = values.find(KnownSettings.IMPERSONATE_SERVICE_ACCOUNT);
    return chain == null ? Collections.<String>emptyList() : chain;
  }

  /** Returns the project that is billed for API calls, or null for that of the credentials. */
  public @Nullable String quotaProject() {
    return values.find(KnownSettings.QUOTA_PROJECT);
  }

  /** Returns the universe domain of the API, or null for that of the credentials. */
  public @Nullable String universeDomain() {
    return values.find(KnownSettings.UNIVERSE_DOMAIN);
  }

  /**
   * Returns a text that differs for different identities. Secret: use it only to compute hashes.
   */
  public String distinction() {
    return effective.toString();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IdentitySettings
        && effective.equals(((IdentitySettings) other).effective);
  }

  @Override
  public int hashCode() {
    return effective.hashCode();
  }

  /** Returns a description for people, without secrets. */
  @Override
  public String toString() {
    String credentials =
        file() != null
            ? "credentials-file " + file()
            : json() != null
                ? "credentials-json"
                : accessToken() != null || loginToken() != null
                    ? "access-token"
                    : "Application Default Credentials";
    return impersonation().isEmpty()
        ? credentials
        : credentials + ", impersonating " + impersonation().get(0);
  }
}
