package io.github.alloydbagent.config;

import io.github.alloydbagent.config.setting.KnownSettings;
import io.github.alloydbagent.config.setting.Setting;
import io.github.alloydbagent.config.setting.SettingValues;
import io.github.alloydbagent.config.setting.SettingsErrors;
import io.github.alloydbagent.util.ErrorCode;
import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The identity to connect as: at most one kind of credentials, and how to use them. Equal settings
 * are one identity, whose tokens and certificates are shared.
 */
public final class IdentitySettings {
  private final @Nullable File file;
  private final @Nullable String json;
  private final @Nullable String accessToken;
  private final @Nullable String loginToken;
  private final List<String> impersonation;
  private final @Nullable String quotaProject;
  private final @Nullable String universeDomain;

  IdentitySettings(SettingValues values) {
    SettingValues credentials = values.nearest(KnownSettings.CREDENTIALS);
    this.file = credentials.own(KnownSettings.CREDENTIALS_FILE);
    this.json = credentials.own(KnownSettings.CREDENTIALS_JSON);
    this.accessToken = credentials.own(KnownSettings.ACCESS_TOKEN);
    this.loginToken = credentials.own(KnownSettings.LOGIN_TOKEN);
    List<String> chain = values.find(KnownSettings.IMPERSONATE_SERVICE_ACCOUNT);
    this.impersonation = chain == null ? Collections.<String>emptyList() : chain;
    this.quotaProject = values.find(KnownSettings.QUOTA_PROJECT);
    this.universeDomain = values.find(KnownSettings.UNIVERSE_DOMAIN);
  }

  /** Reports conflicts among the values that are set here, as opposed to inherited. */
  static void check(SettingValues values, String place, SettingsErrors errors) {
    List<String> set = new ArrayList<>();
    for (Setting<?> setting : KnownSettings.CREDENTIALS) {
      if (values.own(setting) != null) {
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
    return file;
  }

  /** Returns the content of a credentials JSON file, or null. Secret. */
  public @Nullable String json() {
    return json;
  }

  /** Returns a fixed token for the Admin API, or null. Secret. */
  public @Nullable String accessToken() {
    return accessToken;
  }

  /** Returns a fixed token for database login, or null. Secret. */
  public @Nullable String loginToken() {
    return loginToken;
  }

  /** Returns whether Application Default Credentials are used. */
  public boolean isDefault() {
    return file == null && json == null && accessToken == null;
  }

  /**
   * Returns the service account to impersonate, followed by its delegates, the closest one first.
   */
  public List<String> impersonation() {
    return impersonation;
  }

  /** Returns the project that is billed for API calls, or null for that of the credentials. */
  public @Nullable String quotaProject() {
    return quotaProject;
  }

  /** Returns the universe domain of the API, or null for that of the credentials. */
  public @Nullable String universeDomain() {
    return universeDomain;
  }

  /**
   * Returns a text that differs for different identities. Secret: use it only to compute hashes.
   */
  public String distinction() {
    return parts().toString();
  }

  private List<@Nullable Object> parts() {
    return Arrays.<@Nullable Object>asList(
        file, json, accessToken, loginToken, impersonation, quotaProject, universeDomain);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IdentitySettings && parts().equals(((IdentitySettings) other).parts());
  }

  @Override
  public int hashCode() {
    return Objects.hash(parts());
  }

  /** Returns a description for people, without secrets. */
  @Override
  public String toString() {
    String credentials =
        file != null
            ? "credentials-file " + file
            : json != null
                ? "credentials-json"
                : accessToken != null || loginToken != null
                    ? "access-token"
                    : "Application Default Credentials";
    return impersonation.isEmpty()
        ? credentials
        : credentials + ", impersonating " + impersonation.get(0);
  }
}
