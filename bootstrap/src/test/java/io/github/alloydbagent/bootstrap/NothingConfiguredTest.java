package io.github.alloydbagent.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NothingConfiguredTest {

  private static final List<String> PROPERTIES = Arrays.asList("java.home", "alloydb-agent");
  private static final List<String> ENVIRONMENT = Arrays.asList("HOME", "MY_ALLOYDB_HOST");

  @TempDir private Path directory;

  @Test
  void findsNoSettingInAnySource() {
    assertThat(NothingConfigured.everywhere(null, PROPERTIES, ENVIRONMENT, jar())).isTrue();
    assertThat(NothingConfigured.everywhere("", PROPERTIES, ENVIRONMENT, jar())).isTrue();
  }

  @Test
  void findsASettingInEachSource() throws Exception {
    assertThat(NothingConfigured.everywhere("x", PROPERTIES, ENVIRONMENT, jar())).isFalse();
    assertThat(
            NothingConfigured.everywhere(
                null, Arrays.asList("alloydb.agent.x"), ENVIRONMENT, jar()))
        .isFalse();
    assertThat(
            NothingConfigured.everywhere(null, PROPERTIES, Arrays.asList("ALLOYDB_AGENT_X"), jar()))
        .isFalse();
    assertThat(
            NothingConfigured.everywhere(
                null, PROPERTIES, Arrays.asList("ALLOYDB_INSTANCES"), jar()))
        .isFalse();
    Path file = directory.resolve("alloydb-agent.properties");
    Files.createSymbolicLink(file, directory.resolve("not-there"));
    assertThat(NothingConfigured.everywhere(null, PROPERTIES, ENVIRONMENT, jar())).isFalse();
    Files.delete(file);
    Files.createFile(file);
    assertThat(NothingConfigured.everywhere(null, PROPERTIES, ENVIRONMENT, jar())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALLOYDB_INSTANCE",
        "ALLOYDB_USER",
        "ALLOYDB_PASSWORD",
        "ALLOYDB_DATABASE",
        "ALLOYDB_SERVICE_HOST",
        "ALLOYDB_PORT_5432_TCP",
        "ALLOYDB_SERVER_PORT",
        "ALLOYDB_PROXY_INSTANCE_URI",
        "ALLOYDB_INSTANCES_OF_OTHERS",
        "alloydb_agent_x"
      })
  void ignoresVariablesOfOtherSoftware(String variable) {
    assertThat(NothingConfigured.everywhere(null, PROPERTIES, Arrays.asList(variable), jar()))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-32", "IBM037"})
  void anEnvironmentInAnotherCharsetMayContainASetting(String charset) throws Exception {
    List<String> environment = new ArrayList<>();
    for (String name : new String[] {"PATH", "_", "ALLOYDB_INSTANCES"}) {
      environment.add(new String(name.getBytes(StandardCharsets.US_ASCII), charset));
    }
    assertThat(NothingConfigured.everywhere(null, PROPERTIES, environment, jar())).isFalse();
  }

  @Test
  void anUnusualEnvironmentIsReadable() {
    for (List<String> environment :
        Arrays.asList(
            Arrays.<String>asList(), Arrays.asList("_", "1"), Arrays.asList("\u00dc", "HOME"))) {
      assertThat(NothingConfigured.everywhere(null, PROPERTIES, environment, jar())).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ALLOYDB_DISCOVER", "ALLOYDB_CONFIG_FILE"})
  void findsFormerNamesOfMappingSettings(String variable) {
    assertThat(NothingConfigured.everywhere(null, PROPERTIES, Arrays.asList(variable), jar()))
        .isFalse();
    String property = variable.toLowerCase(Locale.ROOT).replaceFirst("_", ".").replace('_', '-');
    assertThat(NothingConfigured.everywhere(null, Arrays.asList(property), ENVIRONMENT, jar()))
        .isFalse();
  }

  private File jar() {
    return directory.resolve("alloydb-agent.jar").toFile();
  }
}
