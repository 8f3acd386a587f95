package io.github.alloydbagent.config;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every setting, each defined here and nowhere else; {@code docs/configuration.md} is compared. */
final class KnownSettings {

  static final Setting<String> INSTANCES =
      Setting.without(
          "instances",
          Syntax.TEXT,
          "none: the agent does nothing",
          "which hosts are which instances: [the mapping](#the-mapping)");

  static final Setting<File> CONFIG_FILE =
      Setting.without(
          "config-file",
          Syntax.READABLE_FILE,
          "`alloydb-agent.properties` beside the jar, if there",
          "a properties file with any of these settings but this one");

  static final Setting<Boolean> ENABLED =
      Setting.withDefault(
          "enabled", Syntax.BOOLEAN, "true", "`false`: as if the agent were not there");

  static final Setting<IpType> IP_TYPE =
      Setting.withDefault(
              "ip-type",
              Syntax.IP_TYPE,
              "PRIVATE",
              "which address of the instance is dialled: `PRIVATE`, `PUBLIC` or `PSC`")
          .perInstance();

  static final Setting<Boolean> ENABLE_IAM_AUTH =
      Setting.withDefault(
              "enable-iam-auth", Syntax.BOOLEAN, "false", "automatic IAM database login")
          .perInstance();

  static final Setting<File> CREDENTIALS_FILE =
      Setting.without(
              "credentials-file",
              Syntax.READABLE_FILE,
              "Application Default Credentials",
              "a credentials JSON file")
          .perInstance();

  static final Setting<String> API_ENDPOINT =
      Setting.withDefault(
              "api-endpoint",
              Syntax.ENDPOINT,
              "https://alloydb.googleapis.com",
              "the Admin API; `http://` for loopback addresses alone")
          .perInstance();

  static final Setting<Integer> SERVER_PORT =
      Setting.withDefault("server-port", Syntax.PORT, "5433", "the server-side proxy's port")
          .perInstance();

  static final Setting<Long> CONNECT_TIMEOUT =
      Setting.withDefault(
              "connect-timeout",
              Syntax.DURATION,
              "30s",
              "the deadline where the driver sets none: `30s`, `500ms`, `2m`; a number alone means"
                  + " seconds; at most `60m`")
          .perInstance();

  static final Setting<List<String>> DRIVER_PACKAGES =
      Setting.without(
          "driver-packages",
          Syntax.PACKAGES,
          "`org.postgresql` and the known forks",
          "packages of relocated drivers, beside those: `com.acme.shaded.org.postgresql`");

  static final Setting<String> USER_AGENT =
      Setting.without("user-agent", Syntax.USER_AGENT, "", "appended to the agent's own");

  static final Setting<String> LOG_LEVEL =
      Setting.withDefault(
          "log-level",
          Syntax.LOG_LEVEL,
          "info",
          "`off`, `error`, `warn`, `info`, `debug`, `trace`");

  static final Setting<File> LOG_FILE =
      Setting.without("log-file", Syntax.APPENDABLE_FILE, "standard error", "a file to append to");

  static final List<Setting<?>> ALL =
      Collections.unmodifiableList(
          Arrays.<Setting<?>>asList(
              INSTANCES,
              CONFIG_FILE,
              ENABLED,
              IP_TYPE,
              ENABLE_IAM_AUTH,
              CREDENTIALS_FILE,
              API_ENDPOINT,
              SERVER_PORT,
              CONNECT_TIMEOUT,
              DRIVER_PACKAGES,
              USER_AGENT,
              LOG_LEVEL,
              LOG_FILE));

  private KnownSettings() {}

  static @Nullable Setting<?> find(String name) {
    for (Setting<?> setting : ALL) {
      if (setting.name.equals(name)) {
        return setting;
      }
    }
    return null;
  }

  static List<String> names(boolean perInstanceAlone) {
    List<String> names = new ArrayList<>();
    for (Setting<?> setting : ALL) {
      if (setting.perInstance || !perInstanceAlone) {
        names.add(setting.name);
      }
    }
    return names;
  }
}
