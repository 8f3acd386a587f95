package io.github.alloydbagent.rollout;

import static io.github.alloydbagent.rollout.YamlDocuments.at;
import static io.github.alloydbagent.rollout.YamlDocuments.list;
import static io.github.alloydbagent.rollout.YamlDocuments.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.github.alloydbagent.compatibility.Loopback;
import io.github.alloydbagent.it.AgentOn;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.Programs;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.jvm.Script;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Applies each file to a JVM, in which an ordinary program then connects to AlloyDB. The tests of
 * Tomcat, WildFly, Jetty and Open Liberty use the files for these servers.
 */
@AlloyDbTest
class RolloutIT {
  private static final String URL = "jdbc:postgresql://orders-db/postgres";
  private static final RolloutFile KUBERNETES = new RolloutFile("kubernetes/orders.yaml");
  private static final RolloutFile CLOUD_RUN = new RolloutFile("cloud-run/orders.yaml");
  private static final RolloutFile AGENT_IMAGE = new RolloutFile("docker/agent.Dockerfile");
  private static final RolloutFile IMAGE = new RolloutFile("docker/orders.Dockerfile");
  private static final RolloutFile DROP_IN = new RolloutFile("systemd/alloydb-agent.conf");
  private static final RolloutFile DOCKER_RUN = new RolloutFile("docker/run.sh");
  private static final RolloutFile PROPERTIES = new RolloutFile("alloydb-agent.properties");

  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;
  private static LocalInstance other;

  private final Jdk jdk = Jdk.chosen();
  @TempDir private Path directory;

  /** Runs the init containers in turn, the application, its probes, and updates the ConfigMap. */
  @Test
  void kubernetes() throws Exception {
    YamlDocuments yaml = new YamlDocuments(KUBERNETES.text());
    Pod pod = new Pod(at(yaml.kind("Deployment"), "spec", "template", "spec"), jdk, directory);
    String address = Loopback.address();
    pod.write("alloydb-config", configuration(yaml, address, primary));

    run(pod, "alloydb-agent");
    assertThat(run(pod, "alloydb-check").out()).endsWith("All checks passed: 1 host.\n");

    JsonObject orders = pod.container("orders");
    Path go = directory.resolve("go");
    Jvm application =
        Jvm.of(jdk)
            .environment(alloyDb.environment())
            .environment(pod.environment(orders))
            .classPath(Built.apps(), Built.newestDriver())
            .main("apps.Lasting", URL, "app", "secret", go.toString());
    try (RunningJvm jvm = application.start()) {
      jvm.awaitOut("first: app");
      for (String probe : new String[] {"startupProbe", "readinessProbe"}) {
        assertThat(status(address, Pod.probe(orders, probe))).as(probe).isEqualTo(200);
      }
      pod.write("alloydb-config", configuration(yaml, address, other));
      jvm.awaitErr("has changed; now 1 host is mapped: orders-db");
      Files.createFile(go);
      JvmResult result = jvm.await().checkSucceeded();
      assertThat(result.out()).contains("second: app");
      assertThat(result.err()).contains("is connected to " + other.name());
    }
  }

  private static JvmResult run(Pod pod, JsonObject container) {
    List<String> command = pod.command(container);
    return Script.of(
            Jdk.chosen(),
            Path.of(command.get(0)),
            command.subList(1, command.size()).toArray(String[]::new))
        .environment(alloyDb.environment())
        .environment(pod.environment(container))
        .run()
        .checkSucceeded();
  }

  private static JvmResult run(Pod pod, String container) {
    return run(pod, pod.container(container));
  }

  /** Returns the ConfigMap's file for the local instance, listening on loopback. */
  private static Map<String, String> configuration(
      YamlDocuments yaml, String address, LocalInstance instance) {
    String name = "alloydb-agent.properties";
    String settings =
        text(at(yaml.kind("ConfigMap"), "data"), name)
            .replaceAll("projects/\\S+", instance.name())
            .replace("0.0.0.0", address);
    return Map.of(name, settings);
  }

  private static int status(String address, Map.Entry<String, Integer> probe)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://" + address + ":" + probe.getValue() + probe.getKey());
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  @Test
  void agentImageHasTheFilesThatOthersCopy() throws Exception {
    Dockerfile agent = Dockerfile.of(AGENT_IMAGE.text());
    List<String> copy = agent.only("COPY").arguments();
    assertThat(Built.agentJar().resolveSibling(copy.get(0))).exists();
    // otherwise an init container that runs again, and not as root, cannot overwrite its copy
    assertThat(agent.only("COPY").flags()).containsExactly("--chmod=0644");
    assertThat(agent.only("USER").arguments()).allMatch(user -> user.matches("[1-9]\\d*:\\d+"));

    YamlDocuments yaml = new YamlDocuments(KUBERNETES.text());
    JsonObject init =
        list(at(yaml.kind("Deployment"), "spec", "template", "spec"), "initContainers")
            .findFirst()
            .orElseThrow();
    assertThat(init.getAsJsonArray("command").get(1).getAsString()).isEqualTo(copy.get(1));
    Dockerfile.Instruction from =
        Dockerfile.of(IMAGE.text()).all("COPY").stream()
            .filter(each -> !each.flags().isEmpty())
            .findFirst()
            .orElseThrow();
    assertThat(from.flags()).containsExactly("--from=" + text(init, "image"));
    assertThat(from.arguments()).containsExactly(copy.get(1), RolloutFile.JAR);
    assertThat(Dockerfile.of(IMAGE.text()).only("USER").arguments())
        .allMatch(user -> user.matches("[1-9]\\d*:\\d+"));
  }

  @Test
  void dockerRun() throws Exception {
    assertConnects(Launch.docker(DOCKER_RUN, jdk, directory));
  }

  /** The client parses the command line before it contacts its daemon. */
  @Test
  void dockerAcceptsTheFlags() throws Exception {
    JvmResult version = Script.of(jdk, Path.of("sh"), "-c", "docker --version").run();
    Assumptions.assumeTrue(version.out().startsWith("Docker version"), "docker is not installed");
    Path copy = Files.writeString(directory.resolve("run.sh"), DOCKER_RUN.text());
    JvmResult result =
        Script.of(jdk, Path.of("sh"), copy.toString())
            .environment("DOCKER_HOST", "unix://" + directory.resolve("no-daemon.sock"))
            .run();
    assertThat(result.err()).contains("no-daemon.sock").doesNotContain("unknown");
  }

  @Test
  void imageOnCloudRun() throws Exception {
    JsonObject service = new YamlDocuments(CLOUD_RUN.text()).kind("Service");
    Map<String, String> environment = new LinkedHashMap<>(Launch.image(IMAGE).environment());
    environment.put("K_SERVICE", "orders"); // as Cloud Run does
    list(at(service, "spec", "template", "spec"), "containers")
        .flatMap(container -> list(container, "env"))
        .forEach(each -> environment.put(text(each, "name"), text(each, "value")));

    String config =
        Jvm.of(jdk)
            .environment(environment)
            .jar(Built.agentJar(), "config")
            .run()
            .checkSucceeded()
            .out();
    assertThat(config)
        .containsPattern("instances +orders-db=projects/my-project/\\S+ .*ALLOYDB_INSTANCES")
        .containsPattern("refresh-strategy +LAZY ");
    assertConnects(new Launch(List.of(), environment));
  }

  @Test
  void systemd() throws Exception {
    assertConnects(Launch.dropIn(DROP_IN));
    String check =
        DROP_IN
            .onThisMachine()
            .lines()
            .filter(line -> line.startsWith("ExecStartPre="))
            .map(line -> line.substring("ExecStartPre=".length()))
            .collect(Collectors.joining());
    JvmResult result =
        Script.of(jdk, Path.of("sh"), "-c", check.replace("/usr/bin/java", jdk.java().toString()))
            .environment(environment())
            .environment(Launch.dropIn(DROP_IN).environment())
            .run()
            .checkSucceeded();
    assertThat(result.out()).endsWith("All checks passed: 1 host.\n");
  }

  @Test
  void systemdAcceptsTheDropIn() throws Exception {
    Path unit =
        Files.writeString(
            directory.resolve("orders.service"),
            "[Service]\nExecStart=" + jdk.java() + " -jar /opt/orders/orders.jar\n");
    Path dropIns = Files.createDirectory(directory.resolve("orders.service.d"));
    Files.writeString(
        dropIns.resolve("alloydb-agent.conf"),
        DROP_IN.text().replace("/usr/bin/java", jdk.java().toString()));
    JvmResult result =
        Script.of(jdk, Path.of("sh"), "-c", "systemd-analyze verify --recursive-errors=no " + unit)
            .run();
    Assumptions.assumeFalse(result.exit() == 127, "systemd-analyze is not installed");
    assertThat(result.checkSucceeded().err()).isEmpty();
  }

  @Test
  void webLogic() throws Exception {
    RolloutFile file = new RolloutFile("weblogic/setUserOverrides.sh");
    assertConnects(Launch.sourced(file, jdk, directory, "JAVA_OPTIONS"));
  }

  @Test
  void springBootExecutableJar() throws Exception {
    RolloutFile file = new RolloutFile("spring-boot/orders.conf");
    assertConnects(Launch.sourced(file, jdk, directory, "JAVA_OPTS"));
  }

  @Test
  void windowsServices() throws Exception {
    Launch winSw = Launch.winSw(new RolloutFile("windows/orders.xml"));
    Launch procrun = Launch.procrun(new RolloutFile("windows/procrun.cmd"));
    assertThat(winSw.flags()).containsAll(procrun.flags());
    assertConnects(winSw);
  }

  /** The servers' own tests source or read these files. */
  @Test
  void filesOfServersAddTheAgent() throws Exception {
    String flag = "-javaagent:" + Built.agentJar();
    assertThat(Launch.sourced(new RolloutFile("tomcat/setenv.sh"), jdk, directory, "CATALINA_OPTS"))
        .satisfies(launch -> assertThat(launch.flags()).contains(flag));
    assertThat(
            Launch.sourced(new RolloutFile("wildfly/standalone.conf"), jdk, directory, "JAVA_OPTS"))
        .satisfies(launch -> assertThat(launch.flags()).contains(flag));
    assertThat(Launch.lines(new RolloutFile("liberty/jvm.options")).flags()).containsExactly(flag);
    assertThat(Launch.lines(new RolloutFile("jetty/alloydb-agent.ini")).flags())
        .containsExactly(flag);
  }

  @Test
  void settingsNextToTheJarAreValid() throws Exception {
    JvmResult result =
        Jvm.of(jdk)
            .jar(Built.agentJar(), "config", "--config-file", PROPERTIES.path().toString())
            .run()
            .checkSucceeded();
    assertThat(result.out()).containsPattern("instances +orders-db=projects/my-project/");
  }

  @Test
  void settingsOfTheConfigMapAreValid() throws Exception {
    JsonObject map = new YamlDocuments(KUBERNETES.text()).kind("ConfigMap");
    Path file =
        Files.writeString(
            directory.resolve("alloydb-agent.properties"),
            text(at(map, "data"), "alloydb-agent.properties"));
    JvmResult result =
        Jvm.of(jdk)
            .environment("ALLOYDB_AGENT_CONFIG_FILE", file.toString())
            .jar(Built.agentJar(), "config")
            .run()
            .checkSucceeded();
    assertThat(result.out())
        .containsPattern("instances +orders-db=projects/my-project/")
        .containsPattern("http-port +9090 ");
  }

  private static Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>(alloyDb.environment());
    environment.put("ALLOYDB_INSTANCES", AgentOn.map("orders-db", primary));
    return environment;
  }

  private void assertConnects(Launch launch) {
    JvmResult result =
        Programs.orders(jdk, Built.newestDriver(), URL, "app", "secret")
            .flags(launch.flags().toArray(String[]::new))
            .environment(launch.environment())
            .environment(environment())
            .run()
            .checkSucceeded();
    assertThat(result.err()).contains("is connected to " + primary.name());
  }
}
