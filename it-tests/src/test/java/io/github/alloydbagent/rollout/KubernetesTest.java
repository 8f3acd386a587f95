package io.github.alloydbagent.rollout;

import static io.github.alloydbagent.rollout.YamlDocuments.at;
import static io.github.alloydbagent.rollout.YamlDocuments.list;
import static io.github.alloydbagent.rollout.YamlDocuments.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks that the YAML matches the schemas and that its parts are consistent. */
class KubernetesTest {
  private static final RolloutFile FILE = new RolloutFile("kubernetes/orders.yaml");
  private static final RolloutFile CLOUD_RUN = new RolloutFile("cloud-run/orders.yaml");

  private YamlDocuments yaml;
  private JsonObject pod;

  @BeforeEach
  void read() throws IOException {
    yaml = new YamlDocuments(FILE.text());
    pod = at(yaml.kind("Deployment"), "spec", "template", "spec");
  }

  @Test
  void matchesTheSchema() throws IOException {
    for (JsonObject document : yaml.all()) {
      KubernetesSchema.check(document);
    }
    assertThat(yaml.all()).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "readOnlyRootFilesystem: true|readOnlyRootFileSystem: true|readOnlyRootFileSystem",
        "mountPath: /tmp|path: /tmp|`path`",
        "matchLabels:|labels:|labels",
        "periodSeconds: 10|periodSecond: 10|periodSecond",
        "name: JAVA_TOOL_OPTIONS|key: JAVA_TOOL_OPTIONS|`key`",
        "value: -javaagent:.*|value: 7|value should be a string: 7",
        "gcp-service-account: .*|gcp-service-account: 7|gcp-service-account should be a string: 7",
      })
  void detectsAMistake(String right, String wrong, String message) throws IOException {
    YamlDocuments documents = new YamlDocuments(FILE.text().replaceFirst(right, wrong));
    assertThatThrownBy(
            () -> {
              for (JsonObject document : documents.all()) {
                KubernetesSchema.check(document);
              }
            })
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void everythingThatContainersReferToExists() {
    List<String> volumes = list(pod, "volumes").map(each -> text(each, "name")).toList();
    assertThat(containers().flatMap(each -> list(each, "volumeMounts")))
        .isNotEmpty()
        .allMatch(mount -> volumes.contains(text(mount, "name")));
    assertThat(text(at(volume("alloydb-config"), "configMap"), "name"))
        .isEqualTo(text(at(yaml.kind("ConfigMap"), "metadata"), "name"));
    assertThat(text(pod, "serviceAccountName"))
        .isEqualTo(text(at(yaml.kind("ServiceAccount"), "metadata"), "name"));
    JsonObject deployment = at(yaml.kind("Deployment"), "spec");
    assertThat(at(deployment, "selector", "matchLabels"))
        .isEqualTo(at(deployment, "template", "metadata", "labels"));
  }

  @Test
  void probesUseTheAgentsPort() throws IOException {
    Properties settings = new Properties();
    settings.load(
        new StringReader(text(at(yaml.kind("ConfigMap"), "data"), "alloydb-agent.properties")));
    assertThat(settings).containsEntry("http-address", "0.0.0.0");
    JsonObject application = list(pod, "containers").findFirst().orElseThrow();
    for (String probe : new String[] {"startupProbe", "readinessProbe"}) {
      String port = text(at(application, probe, "httpGet"), "port");
      assertThat(port).hasSizeLessThanOrEqualTo(15); // longer names are refused (RFC 6335)
      assertThat(list(application, "ports").filter(each -> text(each, "name").equals(port)))
          .singleElement()
          .satisfies(
              each ->
                  assertThat(text(each, "containerPort"))
                      .isEqualTo(settings.getProperty("http-port")));
    }
  }

  @Test
  void containersAreReadOnlyAndNotRoot() {
    assertThat(text(at(pod, "securityContext"), "runAsNonRoot")).isEqualTo("true");
    assertThat(containers())
        .hasSize(3)
        .allSatisfy(
            each -> {
              JsonObject context = at(each, "securityContext");
              assertThat(text(context, "readOnlyRootFilesystem")).isEqualTo("true");
              assertThat(text(context, "allowPrivilegeEscalation")).isEqualTo("false");
              assertThat(at(context, "capabilities").get("drop")).hasToString("[\"ALL\"]");
            });
  }

  @Test
  void aCloudRunServiceMatchesItsSchema() throws IOException {
    CloudRunSchema.check(new YamlDocuments(CLOUD_RUN.text()).kind("Service"));
    JsonObject invalid =
        new YamlDocuments(CLOUD_RUN.text().replace("containerPort", "port")).kind("Service");
    assertThatThrownBy(() -> CloudRunSchema.check(invalid))
        .hasMessage("ContainerPort has no [port]");
  }

  private Stream<JsonObject> containers() {
    return Stream.concat(list(pod, "initContainers"), list(pod, "containers"));
  }

  private JsonObject volume(String name) {
    return list(pod, "volumes")
        .filter(each -> text(each, "name").equals(name))
        .findFirst()
        .orElseThrow();
  }
}
