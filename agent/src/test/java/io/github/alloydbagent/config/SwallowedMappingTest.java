package io.github.alloydbagent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mappings that a wrong separator makes part of another setting's value. */
class SwallowedMappingTest {
  private static final String I = "projects/p/locations/l/clusters/c/instances/i";

  @TempDir private Path directory;

  private final Map<String, String> properties = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();
  private String arguments = "";

  private Settings read() throws SettingsException {
    return Settings.read(arguments, properties, environment, directory.toFile());
  }

  private void file(String text) throws IOException {
    Files.writeString(directory.resolve("alloydb-agent.properties"), text);
  }

  private void assertReported(String setting) {
    SettingsException e = catchThrowableOfType(SettingsException.class, this::read);
    assertThat(e).as("an error").isNotNull();
    assertThat(e.mayMapHosts()).isTrue();
    assertThat(e).hasMessageContaining(setting + " (").hasMessageContaining("a mapping inside");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "user-agent=x;instances=a=%s",
        "user-agent=x;INSTANCES=a=%s",
        "user-agent=x;ALLOYDB_INSTANCES=a=%s",
        "user-agent=x;config-file=/etc/agent.properties",
        "user-agent=x;ALLOYDB_AGENT_CONFIG_FILE=/etc/agent.properties",
        "user-agent=x;a=https://alloydb.googleapis.com/v1/%s",
        "user-agent=x a = %s",
        "credentials-file=/nokey.json;instances=a=%s",
        "ip-type=PUBLIC&instances=a=%s",
        "ip-type=PUBLIC instances=a=%s",
        "log-file=/x.log;instances=a=%s",
        "log-level=debug,a=%s",
        "enable-iam-auth=true;discover=projects/p",
        "enable-iam-auth=true discover: projects/p",
        "access-token=hunter2;instances=a=%s",
        "api-endpoint=https://alloydb.example/instances=a=%s",
        "enabled=true;instances=a=%s",
        "enabled=false;instances=a=%s",
        "static-connection-info=/a.json;instances=a=%s",
        "discover=projects/p;instances=a=%s",
      })
  void isAMistakeInAnArgumentOrAProperty(String setting) {
    String written = setting.replace("%s", I);
    String name = written.substring(0, written.indexOf('='));
    arguments = written;
    assertReported(name);
    arguments = "";
    properties.put("alloydb.agent." + name, written.substring(name.length() + 1));
    assertReported(name);
  }

  @Test
  void isAMistakeInAFile() throws Exception {
    file("user-agent=shop \\\ninstances=a=" + I + "\n");
    assertReported("user-agent");
    file("enabled=true instances=a=" + I + "\n");
    assertReported("enabled");
    file("user-agent=shop \\\ndiscover projects/p\n");
    assertReported("user-agent");
    file("credentials-json={\"a\":\"b\"} \\\ninstances=a=" + I + "\n");
    assertReported("credentials-json");
  }

  @Test
  void isAMistakeInASettingOfAMapping() {
    environment.put("ALLOYDB_INSTANCES", "a.test=" + I + "?iam-user=x;127.0.0.1:15432=" + I);
    assertReported("iam-user");
    environment.put("ALLOYDB_INSTANCES", "a.test=" + I + "?iam-user=x;discover=projects/p");
    assertReported("iam-user");
  }

  @Test
  void isAMistakeInAValueThatAnotherOneOverrides() throws Exception {
    arguments = "user-agent=y";
    properties.put("alloydb.agent.user-agent", "x;instances=a=" + I);
    assertReported("user-agent");
    properties.clear();
    file("user-agent=x;instances=a=" + I);
    assertReported("user-agent");
    file("");
    arguments = "user-agent=y,user-agent=x;instances=a=" + I;
    assertReported("user-agent");
  }

  @Test
  void mayBeHiddenByAnUnknownSetting() {
    arguments = "user-agnt=x;config-file=/etc/agent.properties";
    assertThat(catchThrowableOfType(SettingsException.class, this::read).mayMapHosts()).isTrue();
  }

  @Test
  void isNotPrinted() {
    arguments = "access-token=hunter2;instances=a=" + I;
    assertThat(catchThrowableOfType(SettingsException.class, this::read))
        .message()
        .doesNotContain("hunter2");
  }

  /** Workload identity federation has such names, and an executable's command can have more. */
  @Test
  void credentialsMayContainNamesOfResources() throws Exception {
    String json =
        "{\"audience\": \"//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/x\","
            + " \"credential_source\": {\"executable\": {\"command\": \"/bin/t --for=projects/1"
            + " --discover=projects/2 instances=a=INSTANCE\"}}}";
    json = json.replace("INSTANCE", I);
    properties.put("alloydb.agent.credentials-json", json);
    assertThat(read().mappings()).isEmpty();
    String base64 = Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    properties.put("alloydb.agent.credentials-json", base64);
    assertThat(read().mappings()).isEmpty();
    properties.clear();
    environment.put("ALLOYDB_INSTANCES", "a=" + I + "?credentials-json=" + base64);
    assertThat(read().mappings()).hasSize(1);
  }

  @Test
  void filesMayHaveSuchNames() throws Exception {
    Path odd =
        Files.createDirectories(directory.resolve("discover=projects/p/instances/instances=a"));
    Path file = Files.writeString(odd.resolve("info.json"), "{}");
    for (String setting : new String[] {"credentials-file", "static-connection-info", "log-file"}) {
      properties.put("alloydb.agent." + setting, file.toString());
    }
    assertThat(read().general().identity()).isNotNull();
    properties.clear();
    Path instances = Files.createDirectories(directory.resolve("instances/orders"));
    properties.put("alloydb.agent.log-file", instances.resolve("new.log").toString());
    assertThat(read().warnings()).isEmpty();
  }

  @Test
  void otherValuesMayContainTheWords() throws Exception {
    properties.put("alloydb.agent.user-agent", "instances/1.2 (discover; projects/3)");
    properties.put("alloydb.agent.api-endpoint", "https://proxy.example/instances/alloydb");
    properties.put("alloydb.agent.iam-user", "projects@instances.discover");
    assertThat(read().warnings()).hasSize(1); // iam-user without enable-iam-auth
  }
}
