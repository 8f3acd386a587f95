package io.github.alloydbagent.config.setting;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Defines every setting, in the order of {@code docs/configuration.md}, with which a test compares
 * them. Everything else derives from the definition: parsing, what a mapping inherits, and which
 * changes a remap notices.
 */
public final class KnownSettings {

  private static final List<Setting<?>> DEFINED = new ArrayList<>();

  public static final Setting<String> INSTANCES =
      without(
          SettingScope.AGENT,
          "instances",
          ValueParser.TEXT,
          "none: the agent does nothing",
          "which hosts belong to which instances: see [Mapping hosts to"
              + " instances](#mapping-hosts-to-instances)");

  public static final Setting<File> CONFIG_FILE =
      without(
          SettingScope.AGENT,
          "config-file",
          ValueParser.READABLE_FILE,
          "`alloydb-agent.properties` next to the jar, if it exists",
          "a properties file that can hold any of these settings except this one; changes"
              + " to its mapping are [applied](#settings-file) while the application runs");

  public static final Setting<List<String>> DISCOVER =
      without(
          SettingScope.AGENT,
          "discover",
          ValueParser.PROJECTS,
          "",
          "`projects/P`, or a list of projects: each of their instances is mapped under"
              + " its own addresses, see [Instance discovery](#instance-discovery)");

  public static final Setting<OnRemap> ON_REMAP =
      withDefault(
          SettingScope.AGENT,
          "on-remap",
          ValueParser.ON_REMAP,
          "keep",
          "what happens to the open tunnels of a host that is remapped to another"
              + " instance while the application runs: `keep` or `close`");

  public static final Setting<Boolean> ENABLED =
      withDefault(
          SettingScope.AGENT,
          "enabled",
          ValueParser.BOOLEAN,
          "true",
          "`false` disables the agent, as if it were not installed");

  public static final Setting<List<IpType>> IP_TYPE =
      withDefault(
          SettingScope.INSTANCE,
          "ip-type",
          ValueParser.IP_TYPES,
          "PRIVATE",
          "which address of the instance to connect to: `PRIVATE`, `PUBLIC` or `PSC`, or"
              + " an ordered list such as `PSC;PRIVATE`: the agent uses the first type"
              + " that the instance has and that responds");

  public static final Setting<Boolean> ENABLE_IAM_AUTH =
      withDefault(
          SettingScope.INSTANCE,
          "enable-iam-auth",
          ValueParser.BOOLEAN,
          "false",
          "automatic IAM database authentication");

  public static final Setting<String> IAM_USER =
      without(
          SettingScope.INSTANCE,
          "iam-user",
          ValueParser.WORD,
          "the application's user",
          "with IAM authentication: the database user to log in as, regardless of the"
              + " user that the application sets; `auto` means the principal of the"
              + " credentials");

  public static final Setting<File> CREDENTIALS_FILE =
      without(
          SettingScope.CREDENTIALS,
          "credentials-file",
          ValueParser.READABLE_FILE,
          "Application Default Credentials",
          "path of a credentials JSON file");

  public static final Setting<String> CREDENTIALS_JSON =
      secret(
          "credentials-json",
          ValueParser.JSON,
          "",
          "the content of a credentials JSON file, inline");

  public static final Setting<String> ACCESS_TOKEN =
      secret(
          "access-token",
          ValueParser.TOKEN,
          "",
          "a fixed OAuth token for the Admin API, for short-lived processes");

  public static final Setting<String> LOGIN_TOKEN =
      secret(
          "login-token",
          ValueParser.TOKEN,
          "the `access-token`",
          "together with `access-token`: a fixed OAuth token for database login");

  public static final Setting<List<String>> IMPERSONATE_SERVICE_ACCOUNT =
      without(
          SettingScope.IDENTITY,
          "impersonate-service-account",
          ValueParser.ACCOUNTS,
          "",
          "a list: the service account to impersonate, followed by its delegates, the one"
              + " closest to it first");

  public static final Setting<String> QUOTA_PROJECT =
      without(
          SettingScope.IDENTITY,
          "quota-project",
          ValueParser.WORD,
          "the credentials' quota project",
          "the project that is billed for API calls");

  public static final Setting<String> UNIVERSE_DOMAIN =
      without(
          SettingScope.IDENTITY,
          "universe-domain",
          ValueParser.DOMAIN,
          "the credentials' universe domain",
          "for sovereign clouds: the Admin API is then `https://alloydb.DOMAIN`");

  public static final Setting<RefreshStrategy> REFRESH_STRATEGY =
      withDefault(
          SettingScope.INSTANCE,
          "refresh-strategy",
          ValueParser.REFRESH_STRATEGY,
          "BACKGROUND",
          "when to fetch certificates: `BACKGROUND`, before they expire, or `LAZY`, when"
              + " a connection needs one; `LAZY` is the default if the CPU is throttled"
              + " between requests (`K_SERVICE` is set: Cloud Run, Functions)");

  public static final Setting<String> API_ENDPOINT =
      without(
          SettingScope.INSTANCE,
          "api-endpoint",
          ValueParser.ENDPOINT,
          "`https://alloydb.googleapis.com`",
          "URL of the Admin API; `http://` is allowed only for loopback addresses");

  public static final Setting<File> API_CA_FILE =
      without(
          SettingScope.AGENT,
          "api-ca-file",
          ValueParser.READABLE_FILE,
          "",
          "PEM certificates to trust for API calls, in addition to the JDK's own");

  public static final Setting<File> STATIC_CONNECTION_INFO =
      without(
          SettingScope.AGENT,
          "static-connection-info",
          ValueParser.READABLE_FILE,
          "",
          "a JSON file to use instead of the Admin API, [for"
              + " development](#static-connection-info)");

  public static final Setting<Integer> SERVER_PORT =
      withDefault(
          SettingScope.INSTANCE,
          "server-port",
          ValueParser.PORT,
          "5433",
          "port of the instance's server-side proxy");

  public static final Setting<Long> CONNECT_TIMEOUT =
      withDefault(
          SettingScope.INSTANCE,
          "connect-timeout",
          ValueParser.DURATION,
          "30s",
          "deadline for a connection if the driver sets none: `30s`, `500ms`, `2m`; a"
              + " number without a unit means seconds; at most `60m`");

  public static final Setting<Long> KEEP_ALIVE =
      withDefault(
          SettingScope.INSTANCE,
          "keep-alive",
          ValueParser.INTERVAL,
          "30s",
          "TCP keep-alive interval, if the JDK can set it; `off` leaves keep-alive to the"
              + " driver");

  public static final Setting<Integer> WARM_TUNNELS =
      withDefault(
          SettingScope.INSTANCE,
          "warm-tunnels",
          ValueParser.COUNT,
          "0",
          "number of [tunnels to keep ready](#warm-tunnels), for applications that"
              + " connect without a pool; at most 64");

  public static final Setting<List<String>> DRIVER_PACKAGES =
      without(
          SettingScope.AGENT,
          "driver-packages",
          ValueParser.PACKAGES,
          "`org.postgresql` and the known forks",
          "additional packages, such as `com.acme.pgdriver`, in which classes with the"
              + " driver's class names are treated as the driver's, regardless of their"
              + " structure; relocated drivers are recognized by their structure without"
              + " this setting");

  public static final Setting<String> USER_AGENT =
      without(
          SettingScope.AGENT,
          "user-agent",
          ValueParser.USER_AGENT,
          "",
          "text to append to the agent's own user agent");

  public static final Setting<String> LOG_LEVEL =
      withDefault(
          SettingScope.OBSERVATION,
          "log-level",
          ValueParser.LOG_LEVEL,
          "info",
          "`off`, `error`, `warn`, `info`, `debug` or `trace`");

  public static final Setting<File> LOG_FILE =
      without(
          SettingScope.OBSERVATION,
          "log-file",
          ValueParser.APPENDABLE_FILE,
          "standard error",
          "a regular file to append the log to");

  public static final Setting<Boolean> LOG_FORMAT =
      withDefault(
          SettingScope.OBSERVATION,
          "log-format",
          ValueParser.LOG_FORMAT,
          "text",
          "`text`, or `json` for one object per line");

  public static final Setting<Integer> HTTP_PORT =
      without(
          SettingScope.OBSERVATION,
          "http-port",
          ValueParser.PORT,
          "none: no port is opened",
          "port for health checks, metrics and a status page over HTTP: see"
              + " [Monitoring](operations.md#health-checks-and-metrics-http)");

  public static final Setting<String> HTTP_ADDRESS =
      withDefault(
          SettingScope.OBSERVATION,
          "http-address",
          ValueParser.WORD,
          "127.0.0.1",
          "the address to bind `http-port` to: an address or a name of this machine");

  public static final List<Setting<?>> ALL = Collections.unmodifiableList(DEFINED);

  /** The settings that a mapping can override. */
  public static final List<Setting<?>> PER_INSTANCE = within(SettingScope.INSTANCE);

  /** The settings that distinguish identities. */
  public static final List<Setting<?>> IDENTITY = within(SettingScope.IDENTITY);

  public static final List<Setting<?>> CREDENTIALS = within(SettingScope.CREDENTIALS);

  /** The settings that determine which hosts are mapped. */
  public static final List<Setting<?>> MAPPING =
      Collections.unmodifiableList(Arrays.<Setting<?>>asList(INSTANCES, DISCOVER, CONFIG_FILE));

  private KnownSettings() {}

  public static @Nullable Setting<?> find(String name) {
    for (Setting<?> setting : ALL) {
      if (setting.name.equals(name)) {
        return setting;
      }
    }
    return null;
  }

  public static List<String> names(List<Setting<?>> settings) {
    List<String> names = new ArrayList<>();
    for (Setting<?> setting : settings) {
      names.add(setting.name);
    }
    return names;
  }

  private static List<Setting<?>> within(SettingScope scope) {
    List<Setting<?>> within = new ArrayList<>();
    for (Setting<?> setting : DEFINED) {
      if (setting.scope.isWithin(scope)) {
        within.add(setting);
      }
    }
    return Collections.unmodifiableList(within);
  }

  private static <T> Setting<T> withDefault(
      SettingScope scope, String name, ValueParser<T> syntax, String defaultText, String meaning) {
    return define(
        new Setting<T>(scope, name, syntax, defaultText, "`" + defaultText + "`", false, meaning));
  }

  /** Defines a setting without a default value. */
  private static <T> Setting<T> without(
      SettingScope scope, String name, ValueParser<T> syntax, String shownDefault, String meaning) {
    return define(new Setting<T>(scope, name, syntax, null, shownDefault, false, meaning));
  }

  private static Setting<String> secret(
      String name, ValueParser<String> syntax, String shownDefault, String meaning) {
    return define(
        new Setting<String>(
            SettingScope.CREDENTIALS, name, syntax, null, shownDefault, true, meaning));
  }

  private static <T> Setting<T> define(Setting<T> setting) {
    DEFINED.add(setting);
    return setting;
  }
}
