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
          "a properties file with any of these settings but this one; changes of its mapping are"
              + " [picked up](#the-file) while the application runs");

  static final Setting<List<String>> DISCOVER =
      Setting.without(
          "discover",
          Syntax.PROJECTS,
          "",
          "`projects/P`, or a list of such: each of their instances is mapped under its own"
              + " addresses, [as found by listing](#discovery)");

  static final Setting<OnRemap> ON_REMAP =
      Setting.withDefault(
          "on-remap",
          Syntax.ON_REMAP,
          "keep",
          "what becomes of open tunnels of a host that is mapped to another instance while the"
              + " application runs: `keep` or `close`");

  static final Setting<Boolean> ENABLED =
      Setting.withDefault(
          "enabled", Syntax.BOOLEAN, "true", "`false`: as if the agent were not there");

  static final Setting<List<IpType>> IP_TYPE =
      Setting.withDefault(
              "ip-type",
              Syntax.IP_TYPES,
              "PRIVATE",
              "which address of the instance is dialled: `PRIVATE`, `PUBLIC` or `PSC`, or an ordered"
                  + " list, `PSC;PRIVATE`: the first that the instance has and that answers")
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

  static final Setting<String> CREDENTIALS_JSON =
      Setting.without("credentials-json", Syntax.JSON, "", "the same, inline")
          .perInstance()
          .secret();

  static final Setting<String> ACCESS_TOKEN =
      Setting.without(
              "access-token", Syntax.TOKEN, "", "a fixed OAuth token for the API, for short runs")
          .perInstance()
          .secret();

  static final Setting<String> LOGIN_TOKEN =
      Setting.without(
              "login-token",
              Syntax.TOKEN,
              "`access-token`",
              "beside `access-token`: a fixed OAuth token for logging in")
          .perInstance()
          .secret();

  /** Of these, one at a time. */
  static final List<Setting<?>> CREDENTIALS =
      Collections.unmodifiableList(
          Arrays.<Setting<?>>asList(CREDENTIALS_FILE, CREDENTIALS_JSON, ACCESS_TOKEN));

  static final Setting<List<String>> IMPERSONATE_SERVICE_ACCOUNT =
      Setting.without(
              "impersonate-service-account",
              Syntax.ACCOUNTS,
              "",
              "a list: the service account to act as, then its delegates, the one nearest to it"
                  + " first")
          .perInstance();

  static final Setting<String> QUOTA_PROJECT =
      Setting.without(
              "quota-project",
              Syntax.WORD,
              "the credentials'",
              "the project that is billed for API calls")
          .perInstance();

  static final Setting<String> UNIVERSE_DOMAIN =
      Setting.without(
              "universe-domain",
              Syntax.DOMAIN,
              "the credentials'",
              "for sovereign clouds: the Admin API is then `https://alloydb.DOMAIN`")
          .perInstance();

  static final Setting<String> IAM_USER =
      Setting.without(
              "iam-user",
              Syntax.WORD,
              "the application's",
              "with IAM login: the database user to log in as, whatever the application says;"
                  + " `auto`: the credentials' own principal")
          .perInstance();

  static final Setting<String> API_ENDPOINT =
      Setting.without(
              "api-endpoint",
              Syntax.ENDPOINT,
              "`https://alloydb.googleapis.com`",
              "the Admin API; `http://` for loopback addresses alone")
          .perInstance();

  static final Setting<RefreshStrategy> REFRESH_STRATEGY =
      Setting.withDefault(
              "refresh-strategy",
              Syntax.REFRESH_STRATEGY,
              "BACKGROUND",
              "when certificates are fetched: `BACKGROUND`, ahead of their end, or `LAZY`, when a"
                  + " connection needs one; `LAZY` is the default where the CPU is throttled between"
                  + " requests (`K_SERVICE` is set: Cloud Run, Functions)")
          .perInstance();

  static final Setting<File> STATIC_CONNECTION_INFO =
      Setting.without(
          "static-connection-info",
          Syntax.READABLE_FILE,
          "",
          "a JSON file in the place of the Admin API, [for development](#static-connection-info)");

  static final Setting<Long> KEEP_ALIVE =
      Setting.withDefault(
              "keep-alive",
              Syntax.INTERVAL,
              "30s",
              "TCP keep-alive's interval, where the JDK can set it; `off`: the driver decides")
          .perInstance();

  static final Setting<File> API_CA_FILE =
      Setting.without(
          "api-ca-file",
          Syntax.READABLE_FILE,
          "",
          "PEM certificates that are trusted for API calls, beside the JDK's own");

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

  static final Setting<Integer> WARM_TUNNELS =
      Setting.withDefault(
              "warm-tunnels",
              Syntax.COUNT,
              "0",
              "[tunnels that are kept ready](#warm-tunnels), for applications that connect without"
                  + " a pool; at most 64")
          .perInstance();

  static final Setting<List<String>> DRIVER_PACKAGES =
      Setting.without(
          "driver-packages",
          Syntax.PACKAGES,
          "`org.postgresql` and the known forks",
          "more packages in which a class named like the driver's is taken for a driver's whatever its"
              + " shape; relocated drivers are recognized by their shape without it:"
              + " `com.acme.pgdriver`");

  static final Setting<String> USER_AGENT =
      Setting.without("user-agent", Syntax.USER_AGENT, "", "appended to the agent's own");

  static final Setting<String> LOG_LEVEL =
      Setting.withDefault(
              "log-level",
              Syntax.LOG_LEVEL,
              "info",
              "`off`, `error`, `warn`, `info`, `debug`, `trace`")
          .observation();

  static final Setting<File> LOG_FILE =
      Setting.without("log-file", Syntax.APPENDABLE_FILE, "standard error", "a file to append to")
          .observation();

  static final Setting<Boolean> LOG_FORMAT =
      Setting.withDefault(
              "log-format", Syntax.LOG_FORMAT, "text", "`text`, or `json`: an object a line")
          .observation();

  static final Setting<Integer> HTTP_PORT =
      Setting.without(
              "http-port",
              Syntax.PORT,
              "none: no port is opened",
              "health, metrics and a status page over HTTP: [how it stands](operations.md#http)")
          .observation();

  static final Setting<String> HTTP_ADDRESS =
      Setting.withDefault(
              "http-address",
              Syntax.WORD,
              "127.0.0.1",
              "where that port is: an address or a name of this machine")
          .observation();

  static final List<Setting<?>> ALL =
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
  static final List<Setting<?>> MAPPING =
      Collections.unmodifiableList(Arrays.<Setting<?>>asList(INSTANCES, DISCOVER, CONFIG_FILE));

  /** The names of those that may follow a mapping. */
  static final List<String> PER_INSTANCE = Collections.unmodifiableList(names(true));

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
