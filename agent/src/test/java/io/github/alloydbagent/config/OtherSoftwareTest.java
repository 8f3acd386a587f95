package io.github.alloydbagent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names and values of other software in the sources of settings. */
class OtherSoftwareTest {
  private static final String I = "projects/p/locations/l/clusters/c/instances/i";

  @TempDir private Path directory;

  private final Map<String, String> properties = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();

  private Settings read() throws SettingsException {
    return read(null);
  }

  private Settings read(String arguments) throws SettingsException {
    return Settings.read(arguments, properties, environment, directory.toFile());
  }

  @Test
  void ignoresVariablesOfGooglesSamples() throws Exception {
    environment.put("ALLOYDB_INSTANCES", "a=" + I);
    environment.put("ALLOYDB_AGENT_ENABLE_IAM_AUTH", "true");
    environment.put("ALLOYDB_PROJECT", "p");
    environment.put("ALLOYDB_REGION", "l");
    environment.put("ALLOYDB_CLUSTER", "c");
    environment.put("ALLOYDB_INSTANCE", "my-instance");
    environment.put("ALLOYDB_INSTANCE_URI", I);
    environment.put("ALLOYDB_INSTANCE_NAME", I);
    environment.put("ALLOYDB_PASSWORD", "secret");
    environment.put("ALLOYDB_DATABASE", "postgres");
    environment.put("ALLOYDB_PROXY_IMPERSONATE_SERVICE_ACCOUNT", "sa@p.iam.gserviceaccount.com");
    Settings settings = read();
    assertThat(settings.warnings()).isEmpty();
    assertThat(settings.notices()).isEmpty();
    assertThat(settings.mappings()).hasSize(1);
    assertThat(settings.mappings().get(0).settings().identity().impersonation()).isEmpty();
  }

  @Test
  void doesNotUseTheApplicationsUserForIamLogin() throws Exception {
    environment.put("ALLOYDB_INSTANCES", "a=" + I);
    environment.put("ALLOYDB_AGENT_ENABLE_IAM_AUTH", "true");
    environment.put("ALLOYDB_USER", "postgres");
    Settings settings = read();
    assertThat(settings.general().iamUser()).isNull();
    assertThat(settings.warnings()).isEmpty();
    assertThat(settings.notices())
        .singleElement()
        .asString()
        .contains("ALLOYDB_USER", "ALLOYDB_AGENT_IAM_USER")
        .doesNotContain("postgres");
  }

  @Test
  void ignoresKubernetesServiceLinks() throws Exception {
    environment.put("ALLOYDB_INSTANCES", "a=" + I);
    for (String service :
        new String[] {"ALLOYDB", "ALLOYDB_SERVER", "ALLOYDB_HTTP", "ALLOYDB_AGENT"}) {
      environment.put(service + "_SERVICE_HOST", "10.0.0.7");
      environment.put(service + "_SERVICE_PORT", "5432");
      environment.put(service + "_SERVICE_PORT_POSTGRES", "5432");
      environment.put(service + "_PORT", "tcp://10.0.0.7:5432");
      environment.put(service + "_PORT_5432_TCP", "tcp://10.0.0.7:5432");
      environment.put(service + "_PORT_5432_TCP_PROTO", "tcp");
      environment.put(service + "_PORT_5432_TCP_PORT", "5432");
      environment.put(service + "_PORT_5432_TCP_ADDR", "10.0.0.7");
    }
    Settings settings = read();
    assertThat(settings.warnings()).isEmpty();
    assertThat(settings.notices()).isEmpty();
    assertThat(settings.httpPort()).isNull();
  }

  @Test
  void ignoresAServiceLinkWithTheNameOfASetting() throws Exception {
    environment.put("ALLOYDB_INSTANCES", "a=" + I);
    environment.put("ALLOYDB_AGENT_SERVER_PORT", "tcp://10.0.0.7:5432");
    environment.put("ALLOYDB_AGENT_HTTP_PORT", "tcp://10.0.0.7:8080");
    Settings settings = read();
    assertThat(settings.general().serverPort()).isEqualTo(5433);
    assertThat(settings.httpPort()).isNull();
    assertThat(settings.warnings()).isEmpty();
    assertThat(settings.notices())
        .hasSize(2)
        .allSatisfy(notice -> assertThat(notice).contains("_PORT", "Kubernetes"));
  }

  @ParameterizedTest
  @CsvSource({
    "ALLOYDB_IP_TYPE, PSC, ALLOYDB_AGENT_IP_TYPE",
    "ALLOYDB_SERVER_PORT, 5434, ALLOYDB_AGENT_SERVER_PORT",
    "ALLOYDB_ACCESS_TOKEN, planted-secret, ALLOYDB_AGENT_ACCESS_TOKEN",
    "ALLOYDB_DISCOVER, projects/p, ALLOYDB_AGENT_DISCOVER",
    "alloydb.ip-type, PSC, alloydb.agent.ip-type",
    "alloydb.user, auto, alloydb.agent.iam-user",
    "alloydb.instances, a=b, alloydb.agent.instances",
  })
  void reportsAFormerNameWithTheNewOne(String former, String value, String name) throws Exception {
    (former.startsWith("A") ? environment : properties).put(former, value);
    assertThat(read().notices())
        .singleElement()
        .asString()
        .contains(former + " is not read", name)
        .doesNotContain("planted");
    (former.startsWith("A") ? environment : properties)
        .put(name, name.endsWith("instances") ? "a=" + I : value);
    if (!name.endsWith("ACCESS_TOKEN")) {
      assertThat(read().notices()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ALLOYDB_IP_TYPE, 10.0.0.7",
    "ALLOYDB_SERVER_PORT, postgres",
    "ALLOYDB_DISCOVER, true",
    "ALLOYDB_CREDENTIALS_FILE, /no/such/file",
    "ALLOYDB_HTTP_ADDRESS, tcp://10.0.0.7:80",
    "ALLOYDB_USER, ''",
  })
  void doesNotReportAFormerNameWithAnInvalidValue(String former, String value) throws Exception {
    environment.put(former, value);
    assertThat(read().notices()).isEmpty();
    assertThat(read().warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "ALLOYDB_AGENT_INSTANCE, ALLOYDB_AGENT_INSTANCES",
    "ALLOYDB_AGENT_IP_TPYE, ALLOYDB_AGENT_IP_TYPE",
    "ALLOYDB_AGENT_ip_type, ALLOYDB_AGENT_IP_TYPE",
    "ALLOYDB_AGENT_LOGLEVEL, ALLOYDB_AGENT_LOG_LEVEL",
    "alloydb.agent.iptype, alloydb.agent.ip-type",
  })
  void warnsAboutAnUnknownNameAndSuggestsTheNearest(String written, String nearest)
      throws Exception {
    environment.put("ALLOYDB_INSTANCES", "a=" + I);
    (written.startsWith("A") ? environment : properties).put(written, "planted-secret");
    Settings settings = read();
    assertThat(settings.mappings()).hasSize(1);
    assertThat(settings.warnings())
        .singleElement()
        .asString()
        .contains(written + " ", "ignored", "nearest match: " + nearest)
        .doesNotContain("planted");
  }

  @Test
  void bothNamesOfInstancesMayHaveTheSameValue() throws Exception {
    environment.put("ALLOYDB_INSTANCES", "a=" + I);
    environment.put("ALLOYDB_AGENT_INSTANCES", "a=" + I + "\n");
    assertThat(read().mappings()).hasSize(1);
    environment.put("ALLOYDB_AGENT_INSTANCES", "b=" + I);
    SettingsException e = catchThrowableOfType(SettingsException.class, this::read);
    assertThat(e.mayMapHosts()).isTrue();
    assertThat(e).hasMessageContaining("ALLOYDB_AGENT_INSTANCES", "ALLOYDB_INSTANCES");
    assertThat(read("instances=c=" + I).mappings().get(0).host()).isEqualTo("c");
    environment.remove("ALLOYDB_INSTANCES");
    assertThat(read().mappings().get(0).host()).isEqualTo("b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ip-type=PIRVATE",
        "server-port=0",
        "enabled=perhaps",
        "logg-level=debug",
        "credentials-file=/no/such/file",
        "login-token=x",
      })
  void anErrorWithoutMappingsHidesNoMapping(String arguments) {
    SettingsException e = catchThrowableOfType(SettingsException.class, () -> read(arguments));
    assertThat(e.mayMapHosts()).isFalse();
    environment.put("ALLOYDB_INSTANCES", "a=" + I);
    e = catchThrowableOfType(SettingsException.class, () -> read(arguments));
    assertThat(e.mayMapHosts()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "instnaces=a=b",
        "discovr=projects/p",
        "colour=a=projects/p/locations/l/clusters/c/instances/i",
        "config-fiel=agent.properties",
        "agent.properties",
        "config-file=/no/such/file",
        "config-file=",
        "instances=",
        "discover=p",
      })
  void anErrorMayHideAMapping(String arguments) {
    SettingsException e = catchThrowableOfType(SettingsException.class, () -> read(arguments));
    assertThat(e.mayMapHosts()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-32", "IBM037"})
  void anEnvironmentInAnotherCharsetMayHideAMapping(String charset) throws Exception {
    for (String name : new String[] {"PATH", "_", "ALLOYDB_INSTANCES"}) {
      byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
      environment.put(new String(bytes, charset), "x");
    }
    SettingsException e = catchThrowableOfType(SettingsException.class, this::read);
    assertThat(e.mayMapHosts()).isTrue();
    assertThat(e).hasMessageContaining("environment variables (").hasMessageContaining("-Dfile");
    environment.put("HOME", "/");
    assertThat(read().warnings()).isEmpty();
  }

  @Test
  void warnsAboutAnIamUserWithoutIamLogin() throws Exception {
    environment.put("ALLOYDB_AGENT_IAM_USER", "auto");
    environment.put("ALLOYDB_INSTANCES", "a=" + I + ",b=" + I + "?iam-user=x");
    assertThat(read().warnings())
        .hasSize(2)
        .allSatisfy(warning -> assertThat(warning).contains("iam-user", "enable-iam-auth=true"))
        .anyMatch(warning -> warning.contains("(mapping b)"))
        .anyMatch(warning -> warning.contains("environment variable ALLOYDB_AGENT_IAM_USER"));
    environment.put("ALLOYDB_INSTANCES", "a=" + I + "?enable-iam-auth=true,b=" + I);
    assertThat(read().warnings()).isEmpty();
  }
}
