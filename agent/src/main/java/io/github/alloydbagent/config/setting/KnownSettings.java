package io.github.alloydbagent.config.setting;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Defines every setting. A test compares them with {@code docs/configuration.md}. */
public final class KnownSettings {

  public static final Setting<String> INSTANCES =
      Setting.without(
          "instances",
          ValueParser.TEXT,
          "none: the agent does nothing",
          "which hosts belong to which instances: see [Mapping hosts to"
              + " instances](#mapping-hosts-to-instances)");

  public static final Setting<File> CONFIG_FILE =
      Setting.without(
          "config-file",
          ValueParser.READABLE_FILE,
          "`alloydb-agent.properties` next to the jar, if it exists",
          "a properties file that can hold any of these settings except this one; changes"
              + " to its mapping are [applied](#settings-file) while the application runs");

  public static final Setting<List<String>> DISCOVER =
      Setting.without(
          "discover",
          ValueParser.PROJECTS,
          "",
          "`projects/P`, or a list of projects: each of their instances is mapped under"
              + " its own addresses, see [Instance discovery](#instance-discovery)");

  public static final Setting<OnRemap> ON_REMAP =
      Setting.withDefault(
          "on-remap",
          ValueParser.ON_REMAP,
          "keep",
          "what happens to the open tunnels of a host that is remapped to another"
              + " instance while the application runs: `keep` or `close`");

  public static final Setting<Boolean> ENABLED =
      Setting.withDefault(
          "enabled",
          ValueParser.BOOLEAN,
          "true",
          "`false` disables the agent, as if it were not installed");

  public static final Setting<List<IpType>> IP_TYPE =
      Setting.withDefault(
              "ip-type",
              ValueParser.IP_TYPES,
              "PRIVATE",
              "which address of the instance to connect to: `PRIVATE`, `PUBLIC` or `PSC`, or"
                  + " an ordered list such as `PSC;PRIVATE`: the agent uses the first type"
                  + " that the instance has and that responds")
          .perInstance();

  public static final Setting<Boolean> ENABLE_IAM_AUTH =
      Setting.withDefault(
              "enable-iam-auth",
              ValueParser.BOOLEAN,
              "false",
              "automatic IAM database authentication")
          .perInstance();

  public static final Setting<File> CREDENTIALS_FILE =
      Setting.without(
              "credentials-file",
              ValueParser.READABLE_FILE,
              "Application Default Credentials",
              "path of a credentials JSON file")
          .perInstance();

  public static final Setting<String> CREDENTIALS_JSON =
      Setting.without(
              "credentials-json",
              ValueParser.JSON,
              "",
              "the content of a credentials JSON file, inline")
          .perInstance()
          .secret();

  public static final Setting<String> ACCESS_TOKEN =
      Setting.without(
              "access-token",
              ValueParser.TOKEN,
              "",
              "a fixed OAuth token for the Admin API, for short-lived processes")
          .perInstance()
          .secret();

  public static final Setting<String> LOGIN_TOKEN =
      Setting.without(
              "login-token",
              ValueParser.TOKEN,
              "the `access-token`",
              "together with `access-token`: a fixed OAuth token for database login")
          .perInstance()
          .secret();

  /** At most one of these may be set at a time. */
  public static final List<Setting<?>> CREDENTIALS =
      Collections.unmodifiableList(
          Arrays.<Setting<?>>asList(CREDENTIALS_FILE, CREDENTIALS_JSON, ACCESS_TOKEN));

  public static final Setting<List<String>> IMPERSONATE_SERVICE_ACCOUNT =
      Setting.without(
              "impersonate-service-account",
              ValueParser.ACCOUNTS,
              "",
              "a list: the service account to impersonate, followed by its delegates, the one"
                  + " closest to it first")
          .perInstance();

  public static final Setting<String> QUOTA_PROJECT =
      Setting.without(
              "quota-project",
              ValueParser.WORD,
              "the credentials' quota project",
              "the project that is billed for API calls")
          .perInstance();

  public static final Setting<String> UNIVERSE_DOMAIN =
      Setting.without(
              "universe-domain",
              ValueParser.DOMAIN,
              "the credentials' universe domain",
              "for sovereign clouds: the Admin API is then `https://alloydb.DOMAIN`")
          .perInstance();

  public static final Setting<String> IAM_USER =
      Setting.without(
              "iam-user",
              ValueParser.WORD,
              "the application's user",
              "with IAM authentication: the database user to log in as, regardless of the"
                  + " user that the application sets; `auto` means the principal of the"
                  + " credentials")
          .perInstance();

  public static final Setting<String> API_ENDPOINT =
      Setting.without(
              "api-endpoint",
              ValueParser.ENDPOINT,
              "`https://alloydb.googleapis.com`",
              "URL of the Admin API; `http://` is allowed only for loopback addresses")
          .perInstance();

  public static final Setting<RefreshStrategy> REFRESH_STRATEGY =
      Setting.withDefault(
              "refresh-strategy",
              ValueParser.REFRESH_STRATEGY,
              "BACKGROUND",
              "when to fetch certificates: `BACKGROUND`, before they expire, or `LAZY`, when"
                  + " a connection needs one; `LAZY` is the default if the CPU is throttled"
                  + " between requests (`K_SERVICE` is set: Cloud Run, Functions)")
          .perInstance();

  public static final Setting<File> STATIC_CONNECTION_INFO =
      Setting.without(
          "static-connection-info",
          ValueParser.READABLE_FILE,
          "",
          "a JSON file to use instead of the Admin API, [for"
              + " development](#static-connection-info)");

  public static final Setting<Long> KEEP_ALIVE =
      Setting.withDefault(
              "keep-alive",
              ValueParser.INTERVAL,
              "30s",
              "TCP keep-alive interval, if the JDK can set it; `off` leaves keep-alive to the"
                  + " driver")
          .perInstance();

  public static final Setting<File> API_CA_FILE =
      Setting.without(
          "api-ca-file",
          ValueParser.READABLE_FILE,
          "",
          "PEM certificates to trust for API calls, in addition to the JDK's own");

  public static final Setting<Integer> SERVER_PORT =
      Setting.withDefault(
              "server-port", ValueParser.PORT, "5433", "port of the instance's server-side proxy")
          .perInstance();

  public static final Setting<Long> CONNECT_TIMEOUT =
      Setting.withDefault(
              "connect-timeout",
              ValueParser.DURATION,
              "30s",
              "deadline for a connection if the driver sets none: `30s`, `500ms`, `2m`; a"
                  + " number without a unit means seconds; at most `60m`")
          .perInstance();

  public static final Setting<Integer> WARM_TUNNELS =
      Setting.withDefault(
              "warm-tunnels",
              ValueParser.COUNT,
              "0",
              "number of [tunnels to keep ready](#warm-tunnels), for applications that"
                  + " connect without a pool; at most 64")
          .perInstance();

  public static final Setting<List<String>> DRIVER_PACKAGES =
      Setting.without(
          "driver-packages",
          ValueParser.PACKAGES,
          "`org.postgresql` and the known forks",
          "additional packages, such as `com.acme.pgdriver`, in which classes with the"
              + " driver's class names are treated as the driver's, regardless of their"
              + " structure; relocated drivers are recognized by their structure without"
              + " this setting");

  public static final Setting<String> USER_AGENT =
      Setting.without(
          "user-agent", ValueParser.USER_AGENT, "", "text to append to the agent's own user agent");

  public static final Setting<String> LOG_LEVEL =
      Setting.withDefault(
              "log-level",
              ValueParser.LOG_LEVEL,
              "info",
              "`off`, `error`, `warn`, `info`, `debug` or `trace`")
          .observation();

  public static final Setting<File> LOG_FILE =
      Setting.without(
              "log-file",
              ValueParser.APPENDABLE_FILE,
              "standard error",
              "a regular file to append the log to")
          .observation();

  public static final Setting<Boolean> LOG_FORMAT =
      Setting.withDefault(
              "log-format",
              ValueParser.LOG_FORMAT,
              "text",
              "`text`, or `json` for one object per line")
          .observation();

  public static final Setting<Integer> HTTP_PORT =
      Setting.without(
              "http-port",
              ValueParser.PORT,
              "none: no port is opened",
              "port for health checks, metrics and a status page over HTTP: see"
                  + " [Monitoring](operations.md#health-checks-and-metrics-http)")
          .observation();

  public static final Setting<String> HTTP_ADDRESS =
      Setting.withDefault(
              "http-address",
              ValueParser.WORD,
              "127.0.0.1",
              "the address to bind `http-port` to: an address or a name of this machine")
          .observation();

  public static final List<Setting<?>> ALL =
      Collections.unmodifiableList(
          Arrays.<Setting<?>>asList(
              INSTANCES,
              CONFIG_FILE,
              DISCOVER,
              ON_REMAP,
              ENABLED,
              IP_TYPE,
              ENABLE_IAM_AUTH,
              IAM_USER,
              CREDENTIALS_FILE,
              CREDENTIALS_JSON,
              ACCESS_TOKEN,
              LOGIN_TOKEN,
              IMPERSONATE_SERVICE_ACCOUNT,
              QUOTA_PROJECT,
              UNIVERSE_DOMAIN,
              REFRESH_STRATEGY,
              API_ENDPOINT,
              API_CA_FILE,
              STATIC_CONNECTION_INFO,
              SERVER_PORT,
              CONNECT_TIMEOUT,
              KEEP_ALIVE,
              WARM_TUNNELS,
              DRIVER_PACKAGES,
              USER_AGENT,
              LOG_LEVEL,
              LOG_FILE,
              LOG_FORMAT,
              HTTP_PORT,
              HTTP_ADDRESS));

  /** The settings that determine which hosts are mapped. */
  public static final List<Setting<?>> MAPPING =
      Collections.unmodifiableList(Arrays.<Setting<?>>asList(INSTANCES, DISCOVER, CONFIG_FILE));

  /** The names of the settings that a mapping can override. */
  public static final List<String> PER_INSTANCE = Collections.unmodifiableList(names(true));

  private KnownSettings() {}

  public static @Nullable Setting<?> find(String name) {
    for (Setting<?> setting : ALL) {
      if (setting.name.equals(name)) {
        return setting;
      }
    }
    return null;
  }

  public static List<String> names(boolean onlyPerInstance) {
    List<String> names = new ArrayList<>();
    for (Setting<?> setting : ALL) {
      if (setting.perInstance || !onlyPerInstance) {
        names.add(setting.name);
      }
    }
    return names;
  }
}
