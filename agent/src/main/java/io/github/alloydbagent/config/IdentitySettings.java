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
 * As whom to connect: at most one kind of credentials, and what is done with them. Equal settings
 * make one identity, whose tokens and certificates are shared.
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

  /** Notes what does not go together among the values that stand here themselves. */
  static void check(SettingValues values, String place, SettingsErrors mistakes) {
    List<String> set = new ArrayList<>();
    for (Setting<?> setting : KnownSettings.CREDENTIALS) {
      if (values.own(setting) != null) {
        set.add(setting.name);
      }
    }
    if (set.size() > 1) {
      mistakes.add(
          ErrorCode.SETTINGS_CONFLICT,
          String.join(", ", set),
          place,
          set.size() + " credentials at once",
          "one of them",
          null);
    }
    if (values.own(KnownSettings.LOGIN_TOKEN) != null
        && values.own(KnownSettings.ACCESS_TOKEN) == null) {
      mistakes.add(
          ErrorCode.SETTINGS_CONFLICT,
          KnownSettings.LOGIN_TOKEN.name,
          place,
          "it without access-token",
          "both tokens",
          null);
    }
  }

  /** A credentials JSON file, or null. */
  public @Nullable File file() {
    return file;
  }

  /** The content of such a file, or null. Secret. */
  public @Nullable String json() {
    return json;
  }

  /** A fixed token for the API, or null. Secret. */
  public @Nullable String accessToken() {
    return accessToken;
  }

  /** A fixed token for logging in, or null. Secret. */
  public @Nullable String loginToken() {
    return loginToken;
  }

  /** Whether Application Default Credentials are used. */
  public boolean isDefault() {
    return file == null && json == null && accessToken == null;
  }

  /** The service account to act as, then its delegates, the one nearest to it first. */
  public List<String> impersonation() {
    return impersonation;
  }

  /** The project that is billed for API calls, or null for the credentials' own. */
  public @Nullable String quotaProject() {
    return quotaProject;
  }

  /** The universe that the API is in, or null for the credentials' own. */
  public @Nullable String universeDomain() {
    return universeDomain;
  }

  /** All that makes this identity another one than others, as text. Secret: for hashes alone. */
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

  /** For people; no secret. */
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
