package io.github.alloydbagent.config.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InstanceNameTest {

  private static final String URI =
      "projects/example.com:proj/locations/us-central1/clusters/c1/instances/primary-0";

  @Test
  void parsesItsParts() {
    InstanceName name = InstanceName.parse(URI);
    assertThat(name.project()).isEqualTo("example.com:proj");
    assertThat(name.location()).isEqualTo("us-central1");
    assertThat(name.cluster()).isEqualTo("c1");
    assertThat(name.instance()).isEqualTo("primary-0");
    assertThat(name.uri()).isEqualTo(URI);
    assertThat(name.clusterUri())
        .isEqualTo("projects/example.com:proj/locations/us-central1/clusters/c1");
    assertThat(name).hasToString(URI).isEqualTo(InstanceName.parse(URI));
    assertThat(name).hasSameHashCodeAs(InstanceName.parse(URI));
    assertThat(name).isNotEqualTo(InstanceName.parse(URI + "1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "//alloydb.googleapis.com/",
        "https://alloydb.googleapis.com/v1/",
        "https://alloydb.googleapis.com/v1beta/"
      })
  void acceptsTheServiceAsPrefix(String service) {
    assertThat(InstanceName.parse(service + URI).uri()).isEqualTo(URI);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                               | it is missing",
        "primary                                          | it has \"primary\" where projects/ is expected",
        "p:us-central1:c:i                                | it has \"p:us-central1:c:i\" where projects/",
        "/projects/p/locations/l/clusters/c/instances/i   | where projects/ is expected",
        "projects                                         | its project is missing",
        "projects//locations/l/clusters/c/instances/i     | its project is missing",
        "projects/p                                       | nothing follows \"projects/p\" where locations/",
        "projects/p/regions/l/clusters/c/instances/i      | it has \"regions\" where locations/ is expected",
        "projects/p/locations/l/clusters/c                | nothing follows \"projects/p/locations/l/clusters/c\" where instances/ is expected",
        "projects/p/locations/l/clusters/c/               | nothing follows \"projects/p/locations/l/clusters/c\" where instances/ is expected",
        "projects/p/locations/l/clusters/c/instances/     | its instance is missing",
        "projects/p/locations/l/clusters/c/instances      | its instance is missing",
        "projects/p/locations/l/clusters/c/instances/i/   | after the instance, it has \"/\"",
        "projects/p/locations/l/clusters/c/instances/i/x  | after the instance, it has \"/x\"",
        "projects/P/locations/l/clusters/c/instances/i    | its project \"P\" has a 'P'",
        "projects/p/locations/l/clusters/c.d/instances/i  | its cluster \"c.d\" has a '.'",
        "projects/../locations/l/clusters/c/instances/i   | its project \"..\" begins with a dot",
        "projects/p/locations/l/clusters/c/instances/i;b  | its instance \"i;b\" has a ';'",
      })
  void reportsTheInvalidPart(String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InstanceName.parse(text))
        .withMessageContaining(message);
  }
}
