package io.github.alloydbagent.config.setting;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every setting, each defined here and nowhere else; {@code docs/configuration.md} is compared. */
public final class KnownSettings {

  public static final Setting<String> INSTANCES =
      Setting.without(
          "instances",
          ValueParser.TEXT,
          "none: the agent does nothing",
          "which hosts are which instances: [the mapping](#the-mapping)");

  public static final Setting<File> CONFIG_FILE =
      Setting.without(
          "config-file",
          ValueParser.READABLE_FILE,
          "`alloydb-agent.properties` beside the jar, if there",
          "a properties file with any of these settings but this one; changes of its mapping are"
              + " [picked up](#the-file) while the application runs");

  public static final Setting<List<String>> DISCOVER =
      Setting.without(
          "discover",
          ValueParser.PROJECTS,
          "",
          "`projects/P`, or a list of such: each of their instances is mapped under its own"
              + " addresses, [as found by listing](#discovery)");

  public static final Setting<OnRemap> ON_REMAP =
      Setting.withDefault(
          "on-remap",
          ValueParser.ON_REMAP,
          "keep",
          "what becomes of open tunnels of a host that is mapped to another instance while the"
              + " application runs: `keep` or `close`");

  public static final Setting<Boolean> ENABLED =
      Setting.withDefault(
          "enabled", ValueParser.BOOLEAN, "true", "`false`: as if the agent were not there");

  public static final Setting<List<IpType>> IP_TYPE =
      Setting.withDefault(
              "ip-type",
              ValueParser.IP_TYPES,
              "PRIVATE",
              "which address of the instance is dialled: `PRIVATE`, `PUBLIC` or `PSC`, or an ordered"
                  + " list, `PSC;PRIVATE`: the first that the instance has and that answers")
          .perInstance();

  public static final Setting<Boolean> ENABLE_IAM_AUTH =
      Setting.withDefault(
              "enable-iam-auth", ValueParser.BOOLEAN, "false", "automatic IAM database login")
          .perInstance();

  public static final Setting<File> CREDENTIALS_FILE =
      Setting.without(
              "credentials-file",
              ValueParser.READABLE_FILE,
              "Application Default Credentials",
              "a credentials JSON file")
          .perInstance();

  public static final Setting<String> CREDENTIALS_JSON =
      Setting.without("credentials-json", ValueParser.JSON, "", "the same, inline")
          .perInstance()
          .secret();

  public static final Setting<String> ACCESS_TOKEN =
      Setting.without(
              "access-token",
              ValueParser.TOKEN,
              "",
              "a fixed OAuth token for the API, for short runs")
          .perInstance()
          .secret();

  public static final Setting<String> LOGIN_TOKEN =
      Setting.without(
              "login-token",
              ValueParser.TOKEN,
              "`access-token`",
              "beside `access-token`: a fixed OAuth token for logging in")
          .perInstance()
          .secret();

  /** Of these, one at a time. */
  public static final List<Setting<?>> CREDENTIALS =
      Collections.unmodifiableList(
          Arrays.<Setting<?>>asList(CREDENTIALS_FILE, CREDENTIALS_JSON, ACCESS_TOKEN));

  public static final Setting<List<String>> IMPERSONATE_SERVICE_ACCOUNT =
      Setting.without(
              "impersonate-service-account",
              ValueParser.ACCOUNTS,
              "",
              "a list: the service account to act as, then its delegates, the one nearest to it"
                  + " first")
          .perInstance();

  public static final Setting<String> QUOTA_PROJECT =
      Setting.without(
              "quota-project",
              ValueParser.WORD,
              "the credentials'",
              "the project that is billed for API calls")
          .perInstance();

  public static final Setting<String> UNIVERSE_DOMAIN =
      Setting.without(
              "universe-domain",
              ValueParser.DOMAIN,
              "the credentials'",
              "for sovereign clouds: the Admin API is then `https://alloydb.DOMAIN`")
          .perInstance();

  public static final Setting<String> IAM_USER =
      Setting.without(
              "iam-user",
              ValueParser.WORD,
              "the application's",
              "with IAM login: the database user to log in as, whatever the application says;"
                  + " `auto`: the credentials' own principal")
          .perInstance();

  public static final Setting<String> API_ENDPOINT =
      Setting.without(
              "api-endpoint",
              ValueParser.ENDPOINT,
              "`https://alloydb.googleapis.com`",
              "the Admin API; `http://` for loopback addresses alone")
          .perInstance();

  public static final Setting<RefreshStrategy> REFRESH_STRATEGY =
      Setting.withDefault(
              "refresh-strategy",
              ValueParser.REFRESH_STRATEGY,
              "BACKGROUND",
              "when certificates are fetched: `BACKGROUND`, ahead of their end, or `LAZY`, when a"
                  + " connection needs one; `LAZY` is the default where the CPU is throttled between"
                  + " requests (`K_SERVICE` is set: Cloud Run, Functions)")
          .perInstance();

  public static final Setting<File> STATIC_CONNECTION_INFO =
      Setting.without(
          "static-connection-info",
          ValueParser.READABLE_FILE,
          "",
          "a JSON file in the place of the Admin API, [for development](#static-connection-info)");

  public static final Setting<Long> KEEP_ALIVE =
      Setting.withDefault(
              "keep-alive",
              ValueParser.INTERVAL,
              "30s",
              "TCP keep-alive's interval, where the JDK can set it; `off`: the driver decides")
          .perInstance();

  public static final Setting<File> API_CA_FILE =
      Setting.without(
          "api-ca-file",
          ValueParser.READABLE_FILE,
          "",
          "PEM certificates that are trusted for API calls, beside the JDK's own");

  public static final Setting<Integer> SERVER_PORT =
      Setting.withDefault("server-port", ValueParser.PORT, "5433", "the server-side proxy's port")
          .perInstance();

  public static final Setting<Long> CONNECT_TIMEOUT =
      Setting.withDefault(
              "connect-timeout",
              ValueParser.DURATION,
              "30s",
              "the deadline where the driver sets none: `30s`, `500ms`, `2m`; a number alone means"
                  + " seconds; at most `60m`")
          .perInstance();

  public static final Setting<Integer> WARM_TUNNELS =
      Setting.withDefault(
              "warm-tunnels",
              ValueParser.COUNT,
              "0",
              "[tunnels that are kept ready](#warm-tunnels), for applications that connect without"
                  + " a pool; at most 64")
          .perInstance();

  public static final Setting<List<String>> DRIVER_PACKAGES =
      Setting.without(
          "driver-packages",
          ValueParser.PACKAGES,
          "`org.postgresql` and the known forks",
          "more packages in which a class named like the driver's is taken for a driver's whatever its"
              + " shape; relocated drivers are recognized by their shape without it:"
              + " `com.acme.pgdriver`");

  public static final Setting<String> USER_AGENT =
      Setting.without("user-agent", ValueParser.USER_AGENT, "", "appended to the agent's own");

  public static final Setting<String> LOG_LEVEL =
      Setting.withDefault(
              "log-level",
              ValueParser.LOG_LEVEL,
              "info",
              "`off`, `error`, `warn`, `info`, `debug`, `trace`")
          .observation();

  public static final Setting<File> LOG_FILE =
      Setting.without(
              "log-file", ValueParser.APPENDABLE_FILE, "standard error", "a file to append to")
          .observation();

  public static final Setting<Boolean> LOG_FORMAT =
      Setting.withDefault(
              "log-format", ValueParser.LOG_FORMAT, "text", "`text`, or `json`: an object a line")
          .observation();

  public static final Setting<Integer> HTTP_PORT =
      Setting.without(
              "http-port",
              ValueParser.PORT,
              "none: no port is opened",
              "health, metrics and a status page over HTTP: [how it stands](operations.md#http)")
          .observation();

  public static final Setting<String> HTTP_ADDRESS =
      Setting.withDefault(
              "http-address",
              ValueParser.WORD,
              "127.0.0.1",
              "where that port is: an address or a name of this machine")
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

  /** Those that say what is mapped. */
  public static final List<Setting<?>> MAPPING =
      Collections.unmodifiableList(Arrays.<Setting<?>>asList(INSTANCES, DISCOVER, CONFIG_FILE));

  /** The names of those that may follow a mapping. */
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

  public static List<String> names(boolean perInstanceAlone) {
    List<String> names = new ArrayList<>();
    for (Setting<?> setting : ALL) {
      if (setting.perInstance || !perInstanceAlone) {
        names.add(setting.name);
      }
    }
    return names;
  }
}
