package io.github.alloydbagent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.route.HostPattern;
import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

  private static final String I = "projects/p/locations/l/clusters/c/instances/i";
  private static final String J = "projects/p/locations/l/clusters/c/instances/j";

  @TempDir private Path directory;

  private String arguments;
  private final Map<String, String> properties = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();

  @Test
  void hasDefaults() throws Exception {
    environment.put("ALLOYDB_INSTANCES", "orders-db=" + I);
    Settings settings = read();
    assertThat(settings.enabled()).isTrue();
    assertThat(settings.driverPackages()).isEmpty();
    assertThat(settings.userAgent()).isNull();
    assertThat(settings.logLevel()).isEqualTo("info");
    assertThat(settings.logFile()).isNull();
    assertThat(settings.warnings()).isEmpty();
    Mapping mapping = settings.mappings().get(0);
    assertThat(mapping.host()).isEqualTo("orders-db");
    assertThat(settings.routes().find("ORDERS-DB", 5432)).isSameAs(mapping);
    assertThat(mapping.instance().uri()).isEqualTo(I);
    assertThat(mapping.settings().ipTypes()).containsExactly(IpType.PRIVATE);
    assertThat(mapping.settings().enableIamAuth()).isFalse();
    assertThat(mapping.settings().identity().file()).isNull();
    assertThat(mapping.settings().apiEndpoint()).isNull();
    assertThat(mapping.settings().serverPort()).isEqualTo(5433);
    assertThat(mapping.settings().connectTimeoutMillis()).isEqualTo(30_000);
  }

  @Test
  void mapsNothingByDefault() throws Exception {
    assertThat(read().mappings()).isEmpty();
    assertThat(read().account()).isEmpty();
    assertThat(read().changes()).isEmpty();
  }

  /** A volume that is not mounted yet must not leave hosts unmapped. */
  @Test
  void rejectsADanglingLinkNextToTheJar() throws Exception {
    Path link = directory.resolve("alloydb-agent.properties");
    Files.createSymbolicLink(link, directory.resolve("not-there"));
    assertThatThrownBy(this::read)
        .isInstanceOfSatisfying(SettingsException.class, e -> assertThat(e.mayMapHosts()).isTrue())
        .hasMessageContaining("there is no such file");
  }

  @Test
  void usesTheFirstSourceThatHasASetting() throws Exception {
    file("server-port=4\nuser-agent=file/1\n");
    environment.put("ALLOYDB_AGENT_SERVER_PORT", "3");
    environment.put("ALLOYDB_AGENT_CONNECT_TIMEOUT", "3s");
    environment.put("ALLOYDB_AGENT_IP_TYPE", "PSC");
    properties.put("alloydb.agent.server-port", "2");
    properties.put("alloydb.agent.connect-timeout", "2s");
    arguments = "server-port=1,instances=a=" + I;
    Settings settings = read();
    InstanceSettings instance = settings.mappings().get(0).settings();
    assertThat(instance.serverPort()).isEqualTo(1);
    assertThat(instance.connectTimeoutMillis()).isEqualTo(2000);
    assertThat(instance.ipTypes()).containsExactly(IpType.PSC);
    assertThat(settings.userAgent()).isEqualTo("file/1");
    assertThat(settings.account())
        .containsExactly(
            "instances: a=" + I + " (agent argument instances)",
            "ip-type: PSC (environment variable ALLOYDB_AGENT_IP_TYPE)",
            "server-port: 1 (agent argument server-port)",
            "connect-timeout: 2s (system property alloydb.agent.connect-timeout)",
            "user-agent: file/1 (" + defaultFile() + " line 2)");
  }

  @Test
  void summarizesChangesInOneLineWithoutSecrets() throws Exception {
    file("keep-alive=10s\nip-type=private\nlog-level=INFO\n");
    environment.put("ALLOYDB_AGENT_ACCESS_TOKEN", "planted-secret");
    environment.put("ALLOYDB_INSTANCES", "a=" + I + ",\nb=" + J);
    environment.put("ALLOYDB_AGENT_DRIVER_PACKAGES", "com.acme.one,\ncom.acme." + "x".repeat(100));
    properties.put("alloydb.agent.connect-timeout", "2s");
    arguments = "http-port=9090";
    assertThat(read().changes())
        .isEqualTo(
            "instances (environment variable ALLOYDB_INSTANCES),"
                + " access-token (not shown; environment variable ALLOYDB_AGENT_ACCESS_TOKEN),"
                + " connect-timeout=2s (system property alloydb.agent.connect-timeout),"
                + (" keep-alive=10s (" + defaultFile() + " line 1),")
                + (" driver-packages=com.acme.one, com.acme." + "x".repeat(54) + "...")
                + " (environment variable ALLOYDB_AGENT_DRIVER_PACKAGES),"
                + " http-port=9090 (agent argument http-port)");
  }

  @Test
  void overridesPerInstance() throws Exception {
    Path key = Files.writeString(directory.resolve("key.json"), "{}");
    environment.put("ALLOYDB_AGENT_IP_TYPE", "PUBLIC");
    environment.put(
        "ALLOYDB_INSTANCES",
        "a="
            + I
            + ",\n  b:5432="
            + J
            + "?ip-type=psc&enable-iam-auth=TRUE&credentials-file="
            + key
            + "&api-endpoint=http://127.0.0.1:8080/&server-port=15433&connect-timeout=2m\n");
    Settings settings = read();
    assertThat(settings.mappings()).hasSize(2);
    assertThat(settings.mappings().get(0).settings().ipTypes()).containsExactly(IpType.PUBLIC);
    InstanceSettings b = settings.mappings().get(1).settings();
    assertThat(b.ipTypes()).containsExactly(IpType.PSC);
    assertThat(b.enableIamAuth()).isTrue();
    assertThat(b.identity().file()).isEqualTo(key.toFile());
    assertThat(b.apiEndpoint()).isEqualTo("http://127.0.0.1:8080");
    assertThat(b.serverPort()).isEqualTo(15433);
    assertThat(b.connectTimeoutMillis()).isEqualTo(120_000);
    assertThat(settings.mappings().get(1)).asString().startsWith("b:5432=" + J + "?ip-type=psc&");
  }

  @Test
  void mapsDiscoveredInstancesUnderTheirAddresses() throws Exception {
    arguments = "discover=projects/p,projects/example.com:q;projects/r,server-port=15433";
    Settings settings = read();
    assertThat(settings.discover())
        .containsExactly("projects/p", "projects/example.com:q", "projects/r");
    Mapping found = settings.discovered("10.0.0.1", IpType.PUBLIC, InstanceName.parse(I));
    assertThat(found.pattern()).isEqualTo(HostPattern.parse("10.0.0.1"));
    assertThat(found.settings().ipTypes()).containsExactly(IpType.PUBLIC);
    assertThat(found.settings().serverPort()).isEqualTo(15433);
    environment.put("ALLOYDB_AGENT_IP_TYPE", "PSC");
    assertThat(read().discovered("10.0.0.1", IpType.PUBLIC, InstanceName.parse(I)))
        .as("what is set holds")
        .returns(List.of(IpType.PSC), m -> m.settings().ipTypes());
  }

  @Test
  void refusesDiscoveryWithStaticConnectionInfo() throws Exception {
    environment.put("ALLOYDB_AGENT_DISCOVER", "projects/p");
    environment.put("ALLOYDB_AGENT_STATIC_CONNECTION_INFO", defaultFile());
    file("log-level=info");
    assertThat(mistakes())
        .contains(
            "discover (environment variable ALLOYDB_AGENT_DISCOVER): found both discover and"
                + " static-connection-info, which replaces the Admin API; expected one of"
                + " them");
  }

  @Test
  void unchangedMappingsAreEqual() throws Exception {
    environment.put("ALLOYDB_INSTANCES", "a=" + I + "?ip-type=PSC,b=" + J);
    Settings before = read();
    assertThat(read().mappings()).isEqualTo(before.mappings());
    environment.put("ALLOYDB_AGENT_CONNECT_TIMEOUT", "7s");
    assertThat(read().mappings()).doesNotContainAnyElementsOf(before.mappings());
  }

  @Test
  void separatesMappingsByLineBreaksWithoutCommas() throws Exception {
    environment.put("ALLOYDB_INSTANCES", "a=" + I + "\r\nb=" + J + "\n\n");
    assertThat(read().mappings()).extracting(Mapping::host).containsExactly("a", "b");
  }

  @Test
  void readsTheConfiguredFile() throws Exception {
    file("log-level=error\n");
    Path other =
        Files.writeString(
            directory.resolve("other.properties"),
            "\ufeff# comment \\\n"
                + "instances = a="
                + I
                + ",\\\r\n"
                + "     b="
                + J
                + "\n"
                + "! another\n"
                + "log-level: DEBUG\n"
                + "driver-packages = com.acme.org.postgresql; org.x\n"
                + "log-file "
                + directory.resolve("agent.log").toString().replace("\\", "\\\\"));
    properties.put("alloydb.agent.config-file", other.toString());
    Settings settings = read();
    assertThat(settings.mappings()).hasSize(2);
    assertThat(settings.logLevel()).isEqualTo("debug");
    assertThat(settings.driverPackages()).containsExactly("com.acme.org.postgresql", "org.x");
    assertThat(settings.logFile()).isEqualTo(directory.resolve("agent.log").toFile());
    assertThat(settings.account())
        .contains("log-level: DEBUG (" + other + " line 5)")
        .contains("instances: b=" + J + " (" + other + " line 2)");
  }

  @Test
  void readsTheFileNextToAJarWithAnOddPath() throws Exception {
    directory = Files.createDirectories(directory.resolve("a b%20c=é,#;&?"));
    file("log-level=warn\n");
    arguments = "ip-type=PSC";
    assertThat(read().logLevel()).isEqualTo("warn");
  }

  @Test
  void readsWordsInATurkishLocale() throws Exception {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr-TR"));
    try {
      environment.put("ALLOYDB_AGENT_IP_TYPE", "private");
      environment.put("ALLOYDB_AGENT_CONNECT_TIMEOUT", "1S");
      properties.put("alloydb.agent.log-level", "INFO");
      properties.put("alloydb.agent.instances", "INVOICES=" + I);
      Settings settings = read();
      assertThat(settings.logLevel()).isEqualTo("info");
      assertThat(settings.mappings().get(0).settings().ipTypes()).containsExactly(IpType.PRIVATE);
      assertThat(settings.routes().find("invoices", 1)).isNotNull();
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void doesNothingWhenDisabled() throws Exception {
    arguments = "enabled=FALSE,ip-tpye=PSC,instances=rubbish";
    environment.put("ALLOYDB_AGENT_LOG_LEVEL", "loud");
    Settings settings = read();
    assertThat(settings.enabled()).isFalse();
    assertThat(settings.mappings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"30s, 30000", "500ms, 500", "2m, 120000", "7, 7000", "60M, 3600000", "'5 s', 5000"})
  void readsDurations(String text, long millis) throws Exception {
    environment.put("ALLOYDB_AGENT_CONNECT_TIMEOUT", text);
    environment.put("ALLOYDB_INSTANCES", "a=" + I);
    assertThat(read().mappings().get(0).settings().connectTimeoutMillis()).isEqualTo(millis);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://alloydb.example",
        "https://alloydb.example:8443/",
        "http://localhost:1",
        "http://127.9.8.7:1",
        "http://[::1]:1"
      })
  void readsEndpoints(String text) throws Exception {
    environment.put("ALLOYDB_AGENT_API_ENDPOINT", text);
    environment.put("ALLOYDB_INSTANCES", "a=" + I);
    assertThat(read().mappings().get(0).settings().apiEndpoint())
        .isEqualTo(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
  }

  @Test
  void listsEveryError() throws Exception {
    file("log-levle=debug\n\nserver-port=0\n");
    arguments = "ip-type=PRIVAT,secret-thing=hunter2";
    properties.put("alloydb.agent.connect-timeout", "soon");
    properties.put("alloydb.agent.iptype", "x");
    environment.put("ALLOYDB_INSTANCES", "a=" + I + ", A.=" + J + ", b=projects/p/regions/l");
    environment.put("ALLOYDB_AGENT_ENABLED", "yes");
    assertThat(mistakes())
        .isEqualTo(
            """
            8 errors in the AlloyDB Agent's settings:
              - AAJ-102: secret-thing (agent argument secret-thing): found an unknown setting; \
            expected one of instances, config-file, discover, on-remap, enabled, ip-type, enable-iam-auth, iam-user, \
            credentials-file, credentials-json, access-token, login-token, \
            impersonate-service-account, quota-project, universe-domain, refresh-strategy, \
            api-endpoint, api-ca-file, static-connection-info, server-port, connect-timeout, \
            keep-alive, warm-tunnels, driver-packages, user-agent, log-level, log-file, log-format, \
            http-port, http-address
              - AAJ-102: log-levle (FILE line 1): found an unknown setting; expected a known one; \
            nearest match: log-level
              - AAJ-106: enabled (environment variable ALLOYDB_AGENT_ENABLED): found "yes"; expected true or false
              - AAJ-106: ip-type (agent argument ip-type): found "PRIVAT"; expected PRIVATE, \
            PUBLIC or PSC, or a list such as PSC;PRIVATE; nearest match: PRIVATE
              - AAJ-106: server-port (FILE line 3): found "0"; expected a port from 1 to 65535
              - AAJ-106: connect-timeout (system property alloydb.agent.connect-timeout): found "soon"; expected a \
            duration such as 30s, 500ms or 2m (a number alone means seconds), above 0, at most 60m
              - AAJ-103: instances (environment variable ALLOYDB_INSTANCES, mapping 2): found host "A." a \
            second time; expected each host only once; the first mapping is environment variable \
            ALLOYDB_INSTANCES, mapping 1 "a"
              - AAJ-110: instances (environment variable ALLOYDB_INSTANCES, mapping 3): found instance \
            "projects/p/regions/l": it has "regions" where locations/ is expected; expected \
            projects/PROJECT/locations/LOCATION/clusters/CLUSTER/instances/INSTANCE"""
                .replace("FILE", defaultFile()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "IP_TYPE         | PSC;PSC               | has PSC twice",
        "IP_TYPE         | ''                    | found nothing; expected PRIVATE",
        "ENABLE_IAM_AUTH | ture                  | found \"ture\"; expected true or false; nearest match: true",
        "SERVER_PORT     | 65536                 | expected a port from 1 to 65535",
        "SERVER_PORT     | 5433x                 | expected a port from 1 to 65535",
        "CONNECT_TIMEOUT | 0                     | above 0",
        "CONNECT_TIMEOUT | -1s                   | above 0",
        "CONNECT_TIMEOUT | 61m                   | at most 60m",
        "CONNECT_TIMEOUT | 99999999999999999999s | at most 60m",
        "CONNECT_TIMEOUT | 1.5s                  | a duration such as",
        "CONNECT_TIMEOUT | ms                    | a duration such as",
        "API_ENDPOINT    | http://alloydb.example | would send access tokens in the clear; expected https://HOST",
        "API_ENDPOINT    | http://127.evil.example | would send access tokens in the clear",
        "API_ENDPOINT    | http://127.0.0.1.evil | would send access tokens in the clear",
        "API_ENDPOINT    | alloydb.example       | does not begin with https://",
        "API_ENDPOINT    | ftp://127.0.0.1       | does not begin with https://",
        "API_ENDPOINT    | https:///             | has no host, or no port",
        "API_ENDPOINT    | https://a b           | is not a URL",
        "API_ENDPOINT    | https://a:99999       | no port from 1 to 65535",
        "API_ENDPOINT    | https://a?b           | has a user, a query or a fragment",
        "API_ENDPOINT    | https://u:p@a         | found \"https://...@a\", has a user, a query or a fragment",
        "DRIVER_PACKAGES | com.acme.             | \"com.acme.\" is not a package name",
        "DRIVER_PACKAGES | com..acme             | \"com..acme\" is not a package name",
        "DRIVER_PACKAGES | a.b,,c.d              | \"\" is not a package name",
        "DRIVER_PACKAGES | com.acme.*            | \"com.acme.*\" is not a package name",
        "USER_AGENT      | a\u00e9               | character 2 is not printable ASCII",
        "DISCOVER        | p                     | found \"p\", where \"p\" is not a project; expected projects/PROJECT, or a list",
        "DISCOVER        | projects/p,projects/  | where \"projects/\" is not a project",
        "DISCOVER        | projects/p/locations/l | where \"projects/p/locations/l\" is not a project",
        "ON_REMAP        | clsoe                 | found \"clsoe\"; expected keep or close; nearest match: close",
        "INSTANCES       | ''                    | found nothing; expected HOST=projects/",
        "INSTANCES       | ,                     | found nothing; expected HOST=projects/",
        "INSTANCES       | orders-db             | found \"orders-db\", which has no =; expected HOST=projects/PROJECT",
        "INSTANCES       | a b=projects/p/locations/l/clusters/c/instances/i | host \"a b\": a host cannot contain ' '",
        "INSTANCES       | a=                    | found instance \"\": it is missing",
        "CREDENTIALS_FILE | no-such.json         | found \"no-such.json\", there is no such file: /",
        "CONFIG_FILE     | no-such.properties    | found \"no-such.properties\", there is no such file: /",
        "CONFIG_FILE     | ''                    | config-file (environment variable ALLOYDB_AGENT_CONFIG_FILE): found nothing",
      })
  void reportsAnInvalidValue(String variable, String text, String message) {
    environment.put("ALLOYDB_AGENT_" + variable, text);
    assertThat(mistakes())
        .startsWith("1 error in the AlloyDB Agent's settings:")
        .contains("(environment variable ALLOYDB_AGENT_" + variable)
        .contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ip-type=PSC;PUBLIK        | ip-type (environment variable ALLOYDB_INSTANCES, mapping 1 \"a\"): found \"PSC;PUBLIK\", where \"PUBLIK\" is not an IP type",
        "server-port=x             | found \"x\"; expected a port",
        "ip-type                   | found nothing; expected PRIVATE",
        "ip-tpye=PSC               | found an unknown setting; expected one of these after ?: ip-type, enable-iam-auth, iam-user, credentials-file, credentials-json, access-token, login-token, impersonate-service-account, quota-project, universe-domain, refresh-strategy, api-endpoint, server-port, connect-timeout, keep-alive, warm-tunnels; nearest match: ip-type",
        "login-token=hunter2       | found login-token without access-token; expected both tokens",
        "on-remap=keep             | on-remap (environment variable ALLOYDB_INSTANCES, mapping 1 \"a\"): found a setting that applies to all instances",
        "ip-type=PSC&ip-type=PSC   | found a second value",
        "ip-type=PSC&              | found no setting after ? or &",
        "''                        | found no setting after ? or &",
        "credentials-file=no-such  | there is no such file",
        "api-endpoint=http://10.1.2.3 | would send access tokens in the clear",
      })
  void reportsAnInvalidOverride(String override, String message) {
    environment.put("ALLOYDB_INSTANCES", "a=" + I + "?" + override);
    assertThat(mistakes())
        .startsWith("1 error in the AlloyDB Agent's settings:")
        .contains(message)
        .doesNotContain("hunter2");
  }

  @Test
  void neverPrintsAPossibleSecret() {
    arguments = "access-token=hunter2 3,credentials-jsn={hunter2}";
    environment.put("ALLOYDB_INSTANCES", "a=wrong?access-token=hunter2,b?access-token=hunter2");
    assertThat(mistakes()).startsWith("4 errors").doesNotContain("hunter2");
  }

  @Test
  void warnsAboutUnknownNamesThatMayBeTheApplications() throws Exception {
    properties.put("alloydb.agent.url", "x");
    properties.put("alloydb.agent.thing", "x");
    properties.put("alloydbx", "x");
    environment.put("ALLOYDB_AGENT_PASSWORD", "hunter2");
    environment.put("ALLOYDB_AGENT_HOST", "x");
    assertThat(read().warnings())
        .containsExactly(
            "AAJ-111: system property alloydb.agent.thing is not a setting of the AlloyDB Agent;"
                + " it is ignored",
            "AAJ-111: system property alloydb.agent.url is not a setting of the AlloyDB Agent; it"
                + " is ignored",
            "AAJ-111: environment variable ALLOYDB_AGENT_HOST is not a setting of the AlloyDB"
                + " Agent; it is ignored",
            "AAJ-111: environment variable ALLOYDB_AGENT_PASSWORD is not a setting of the AlloyDB"
                + " Agent; it is"
                + " ignored");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "LOG_LEVEL    | inof               | expected one of off, error, warn, info, debug, trace; nearest match: info; it is ignored, and the default is used: info",
        "LOG_LEVEL    | ''                 | found nothing",
        "LOG_FORMAT   | xml                | expected text or json; it is ignored, and the default is used: text",
        "LOG_FILE     | /no/such/dir/x.log | there is no such directory: /no/such/dir",
        "LOG_FILE     | /                  | is a directory",
        "HTTP_PORT    | 70000              | expected a port from 1 to 65535; it is ignored, and the default is used: none: no port is opened",
        "HTTP_ADDRESS | a b                | the default is used: 127.0.0.1",
      })
  void onlyWarnsAboutAnInvalidLogOrMonitoringSetting(String variable, String text, String message)
      throws Exception {
    environment.put("ALLOYDB_INSTANCES", "a=" + I);
    environment.put("ALLOYDB_AGENT_" + variable, text);
    Settings settings = read();
    assertThat(settings.mappings()).hasSize(1);
    assertThat(settings.warnings())
        .singleElement()
        .asString()
        .contains("(environment variable ALLOYDB_AGENT_" + variable + ")")
        .contains(message);
    assertThat(settings.logLevel()).isEqualTo("info");
    assertThat(settings.logFile()).isNull();
    assertThat(settings.httpPort()).isNull();
    assertThat(settings.httpAddress()).isEqualTo("127.0.0.1");
  }

  @Test
  void onlyWarnsAboutALogSettingThatIsSetTwiceOrForAMapping() throws Exception {
    arguments = "log-level=debug,log-level=info,instances=a=" + I + "?log-format=json";
    Settings settings = read();
    assertThat(settings.mappings()).hasSize(1);
    assertThat(settings.logLevel()).isEqualTo("debug");
    assertThat(settings.isLogJson()).isFalse();
    assertThat(settings.warnings())
        .anyMatch(
            warning ->
                warning.contains("log-level (agent argument log-level): found a second value"))
        .anyMatch(warning -> warning.contains("a setting that applies to all instances"))
        .hasSize(2);
  }

  @Test
  void refusesADirectoryAsAFile() {
    environment.put("ALLOYDB_AGENT_CREDENTIALS_FILE", directory.toString());
    environment.put("ALLOYDB_AGENT_CONFIG_FILE", directory.toString());
    assertThat(mistakes())
        .startsWith("2 errors")
        .contains(
            "credentials-file (environment variable ALLOYDB_AGENT_CREDENTIALS_FILE): found \"")
        .contains("config-file (environment variable ALLOYDB_AGENT_CONFIG_FILE): found \"")
        .contains("\", is a directory; expected a file that can be read");
  }

  @Test
  void refusesAnUnreadableFile() throws Exception {
    Path key = Files.writeString(directory.resolve("key.json"), "{}");
    assumeThat(key.toFile().setReadable(false) && !key.toFile().canRead())
        .as("a user who cannot read everything")
        .isTrue();
    environment.put("ALLOYDB_AGENT_CREDENTIALS_FILE", key.toString());
    assertThat(mistakes()).contains("this process cannot read it");
  }

  @Test
  void refusesAFileThatIsNotASettingsFile() throws Exception {
    Path large = Files.write(directory.resolve("large"), new byte[(1 << 20) + 1]);
    environment.put("ALLOYDB_AGENT_CONFIG_FILE", large.toString());
    assertThat(mistakes()).contains("reading it failed: it is larger than 1 MiB");
  }

  @Test
  void aFileInUtf16MayHideAMapping() throws Exception {
    for (Charset charset :
        List.of(
            StandardCharsets.UTF_16LE,
            StandardCharsets.UTF_16BE,
            StandardCharsets.UTF_16,
            Charset.forName("UTF-32"))) {
      Files.writeString(Path.of(defaultFile()), "instances=a=" + I + "\n", charset);
      SettingsException e = catchThrowableOfType(SettingsException.class, this::read);
      assertThat(e).as(charset.name()).hasMessageContaining("save it in UTF-8");
      assertThat(e.mayMapHosts()).as(charset.name()).isTrue();
    }
  }

  /** The rest of it may map further hosts. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "instances=a=I,         | instances | a list that ends with a comma",
        "instances=a=I,\\n      | instances | a list that ends with a comma",
        "instances=a=I,\\\\\\n\\n  | instances | a list that ends with a comma",
        "instances=a=I\\\\      | config-file | a line that ends with \\ at the end of the file",
        "instances=a=I,\\\\\\n    | config-file | a line that ends with \\ at the end of the file",
        "user-agent=x\\\\\\n    | config-file | a line that ends with \\ at the end of the file",
      })
  void refusesAFileThatIsCutOff(String text, String setting, String message) throws Exception {
    file(text.replace("I", I).replace("\\n", "\n").replace("\\\\", "\\"));
    SettingsException e = catchThrowableOfType(SettingsException.class, this::read);
    assertThat(e)
        .hasMessageContaining(setting + " (" + defaultFile() + " line 1): found " + message);
    assertThat(e.mayMapHosts()).isTrue();
  }

  @Test
  void aFileMayEndInABackslashThatIsEscaped() throws Exception {
    file("user-agent=x\\\\");
    assertThat(read().userAgent()).isEqualTo("x\\");
    file("# a comment \\");
    assertThat(read().userAgent()).isNull();
  }

  @Test
  void reportsErrorsInAFile() throws Exception {
    file(
        "config-file=x\n"
            + "ip-type=PSC\n"
            + "ip-type=PSC\n"
            + "user-agent=\\u00zz\n"
            + "b=projects/p/locations/l/clusters/c/instances/i\n");
    assertThat(mistakes())
        .startsWith("4 errors")
        .contains(
            "config-file (" + defaultFile() + " line 1): found config-file inside a settings file")
        .contains(
            "ip-type (FILE line 3): found a second value; expected only one; the first is at FILE line 2"
                .replace("FILE", defaultFile()))
        .contains(
            "config-file ("
                + defaultFile()
                + " line 4): found a \\u without four hexadecimal digits")
        .contains("b (" + defaultFile() + " line 5): found a mapping where a setting should begin");
  }

  @Test
  void reportsAnArgumentWithoutName() {
    arguments = "agent.properties";
    assertThat(mistakes())
        .contains(
            "agent arguments (agent argument): found \"agent.properties\"; expected name=value");
  }

  @Test
  void refusesAnArgumentGivenTwice() {
    arguments = "ip-type=PSC,ip-type=PUBLIC";
    assertThat(mistakes()).contains("ip-type (agent argument ip-type): found a second value");
  }

  @Test
  void knowsWhereToLogEvenIfTheSettingsAreInvalid() {
    File log = directory.resolve("agent.log").toFile();
    environment.put("ALLOYDB_AGENT_LOG_FILE", log.getPath());
    environment.put("ALLOYDB_AGENT_LOG_LEVEL", "debug");
    environment.put("ALLOYDB_AGENT_IP_TYPE", "x");
    SettingsException e = catchThrowableOfType(SettingsException.class, this::read);
    assertThat(e.logFile()).isEqualTo(log);
    assertThat(e.logLevel()).isEqualTo("debug");
    environment.put("ALLOYDB_AGENT_LOG_LEVEL", "x");
    assertThatExceptionOfType(SettingsException.class)
        .isThrownBy(this::read)
        .matches(broken -> broken.logLevel().equals("info"));
  }

  private Settings read() throws SettingsException {
    return Settings.read(arguments, properties, environment, directory.toFile());
  }

  private String mistakes() {
    return catchThrowableOfType(SettingsException.class, this::read).getMessage();
  }

  private String defaultFile() {
    return directory.resolve("alloydb-agent.properties").toString();
  }

  private void file(String text) throws IOException {
    Files.writeString(Path.of(defaultFile()), text);
  }
}
