package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.tools.attach.VirtualMachine;
import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.ExchangeFault;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import io.github.alloydbagent.local.LocalInstance;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.management.MBeanServerConnection;
import javax.management.MBeanServerDelegate;
import javax.management.NotificationListener;
import javax.management.ObjectName;
import javax.management.openmbean.TabularData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.hawkular.agent.prometheus.types.Counter;
import org.hawkular.agent.prometheus.types.Gauge;
import org.hawkular.agent.prometheus.types.Histogram;
import org.hawkular.agent.prometheus.types.Metric;
import org.hawkular.agent.prometheus.types.MetricFamily;
import org.hawkular.agent.prometheus.types.MetricType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what operators see of a running application through JMX, flight recordings and HTTP. */
@AlloyDbTest
class StatusIT {

  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;
  private static LocalInstance refuses;

  @TempDir private Path directory;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return LocalAlloyDb.builder().instance("primary").instance("refuses").user("app", "secret");
  }

  @BeforeAll
  static void start() throws Exception {
    refuses.exchangeTrouble().set(ExchangeFault.error("not today"));
  }

  /** The attach creates the MBean server, long after the agent has started. */
  @ParameterizedTest
  @ValueSource(ints = {8, 25})
  void isVisibleThroughJmxToAToolThatAttaches(int version) throws Exception {
    Path end = directory.resolve("end");
    JvmResult result;
    try (RunningJvm jvm = holding(version, end).start()) {
      jvm.awaitOut("holding");
      try (JMXConnector connector = attach(jvm)) {
        MBeanServerConnection server = connector.getMBeanServerConnection();
        ObjectName orders = name(primary);
        ObjectName failingInstance = name(refuses);
        awaitRegistered(server, orders);
        awaitRegistered(server, failingInstance);

        assertThat(server.getAttribute(orders, "State")).isEqualTo("READY");
        assertThat((String[]) server.getAttribute(orders, "Hosts")).containsExactly("orders-db");
        assertThat(server.getAttribute(orders, "IpType")).isEqualTo("PRIVATE");
        assertThat(server.getAttribute(orders, "Address"))
            .isEqualTo(primary.addresses().privateIp() + ":5433");
        assertThat(server.getAttribute(orders, "Principal")).isEqualTo(alloyDb.account().email());
        assertThat(server.getAttribute(orders, "Connects")).isEqualTo(2L);
        assertThat(server.getAttribute(orders, "OpenTunnels")).isEqualTo(2);
        assertThat((Long) server.getAttribute(orders, "BytesReceived")).isGreaterThan(200L);
        assertThat((Long) server.getAttribute(orders, "BytesSent")).isGreaterThan(100L);
        assertThat((Double) server.getAttribute(orders, "ConnectMillisMedian")).isPositive();
        assertThat((Long) server.getAttribute(orders, "NextRefresh"))
            .isBetween(
                (Long) server.getAttribute(orders, "LastRefresh"),
                (Long) server.getAttribute(orders, "CertificateEnd"));
        assertThat(server.getAttribute(failingInstance, "State")).isEqualTo("DEGRADED");
        assertThat((String) server.getAttribute(failingInstance, "LastError"))
            .contains("not today");
        TabularData stages =
            (TabularData) server.getAttribute(failingInstance, "ConnectFailuresByStage");
        assertThat(stages.get(new Object[] {"metadata exchange"}).get("value")).isEqualTo(1L);

        Long before = (Long) server.getAttribute(orders, "Refreshes");
        assertThat((String) server.invoke(orders, "refresh", null, null))
            .startsWith("connection info was refreshed; certificate valid until ");
        assertThat(server.getAttribute(orders, "Refreshes")).isEqualTo(before + 1);
        assertThat(server.invoke(orders, "reconnect", null, null))
            .isEqualTo("connection info was refreshed; tunnels closed: 2");
        assertThat(server.getAttribute(orders, "OpenTunnels")).isEqualTo(0);
      }
      Files.createFile(end);
      result = jvm.await().checkSucceeded();
    }
    assertThat(result.outLines()).endsWith("still standing: 0");
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 11, 25})
  void isInAFlightRecording(int version) throws Exception {
    Path recording = directory.resolve("run.jfr");
    Path end = Files.createFile(directory.resolve("end"));

    holding(version, end)
        .flags("-XX:StartFlightRecording=filename=" + recording)
        // the recording starts after the agent, possibly after the first refresh ahead
        .environment("ALLOYDB_AGENT_REFRESH_STRATEGY", "LAZY")
        .run()
        .checkSucceeded();

    List<String> events = printed(recording);
    assertThat(events)
        .filteredOn(event -> event.startsWith("io.github.alloydbagent.Connect "))
        .hasSize(3)
        .allMatch(event -> event.contains("duration = ") && event.contains("tls = "))
        .anySatisfy(
            event ->
                assertThat(event)
                    .contains("host = \"orders-db:5432\"")
                    .contains("instance = \"" + primary.name() + "\"")
                    .contains("failedStage = \"\""))
        .anySatisfy(
            event ->
                assertThat(event)
                    .contains("failedStage = \"metadata exchange\"")
                    .contains("not today"));
    assertThat(events)
        .filteredOn(event -> event.startsWith("io.github.alloydbagent.TunnelClosed "))
        .hasSize(2)
        .allMatch(event -> event.contains("bytesReceived = ") && event.contains("open = "));
    assertThat(events)
        .filteredOn(event -> event.startsWith("io.github.alloydbagent.Refresh "))
        .isNotEmpty()
        .allMatch(event -> event.contains("certificateEnd = "));
  }

  @Test
  void isServedOverHttpIfAPortIsSet() throws Exception {
    Path end = directory.resolve("end");
    int port = freePort();
    try (RunningJvm jvm =
            holding(Jdk.chosen().version(), end)
                .environment("ALLOYDB_AGENT_HTTP_PORT", String.valueOf(port))
                .start();
        RunningJvm other =
            holding(Jdk.chosen().version(), end)
                .environment("ALLOYDB_AGENT_HTTP_PORT", String.valueOf(portInUse(jvm, port)))
                .start()) {
      assertThat(get(port, "/startup")).isEqualTo("started\n");
      assertThat(get(port, "/liveness")).isEqualTo("alive\n");
      assertThat(get(port, "/readiness")).isEqualTo("ready: 2 of 2\n");
      assertThat(get(port, "/readiness?check=dial"))
          .startsWith("not ready: 1 of 2\n" + refuses.name() + ": AlloyDB Agent: ")
          .contains("not today");
      JsonObject status = JsonParser.parseString(get(port, "/status.json")).getAsJsonObject();
      assertThat(status.getAsJsonArray("instances")).hasSize(2);
      assertThat(
              status
                  .getAsJsonArray("instances")
                  .get(0)
                  .getAsJsonObject()
                  .get("openTunnels")
                  .getAsInt())
          .isEqualTo(2);
      checkMetrics(get(port, "/metrics"));
      assertThat(get(port, "/")).contains("orders-db", "refuses-db", "not today");

      other.awaitOut("holding");
      Files.createFile(end);
      String said = other.await().checkSucceeded().err();
      assertThat(said)
          .contains(
              " WARN alloydb-agent: AAJ-912: http-port "
                  + port
                  + " on 127.0.0.1 could not be opened (")
          .contains("): health checks and metrics are unavailable.");
      jvm.await().checkSucceeded();
    }
  }

  /**
   * Parses the metrics with third-party parsers and compares the counters with the events so far.
   */
  private void checkMetrics(String text) throws Exception {
    MetricsText metrics = new MetricsText(text);
    Map<String, MetricFamily> families = metrics.families();
    assertThat(value(families, "alloydbconn_open_connections", primary)).isEqualTo(2);
    assertThat(value(families, "alloydbconn_dial_failure_count", refuses)).isEqualTo(2);
    assertThat(value(families, "alloydb_agent_connect_failures_total", refuses)).isEqualTo(2);
    MetricFamily latency = families.get("alloydbconn_dial_latency");
    assertThat(latency.getType()).isEqualTo(MetricType.HISTOGRAM);
    Histogram histogram = (Histogram) of(latency, primary);
    assertThat(histogram.getSampleCount()).as("two, and a health check").isEqualTo(3);
    assertThat(histogram.getSampleSum()).isPositive();
    assertThat(histogram.getBuckets())
        .extracting(Histogram.Bucket::getUpperBound)
        .endsWith(30_000.0, Double.POSITIVE_INFINITY);
    assertThat(families.get("alloydb_agent_connect_failures_total").getType())
        .isEqualTo(MetricType.COUNTER);
    Path promtool = MetricsText.promtool();
    if (promtool == null) {
      System.out.println("promtool is not here: the metrics were read by a library alone");
    } else {
      assertThat(metrics.complaints(promtool, directory)).isEmpty();
    }
  }

  private static double value(
      Map<String, MetricFamily> families, String name, LocalInstance instance) {
    Metric metric = of(families.get(name), instance);
    return metric instanceof Counter counter ? counter.getValue() : ((Gauge) metric).getValue();
  }

  private static Metric of(MetricFamily family, LocalInstance instance) {
    return family.getMetrics().stream()
        .filter(metric -> instance.name().equals(metric.getLabels().get("alloydb_instance")))
        .findFirst()
        .orElseThrow();
  }

  private static int portInUse(RunningJvm jvm, int port) {
    jvm.awaitOut("holding");
    return port;
  }

  private Jvm holding(int version, Path end) {
    String instances = AgentOn.map("orders-db", primary) + "," + AgentOn.map("refuses-db", refuses);
    String login = "/postgres?user=app&password=secret&connectTimeout=40";
    String orders = "jdbc:postgresql://orders-db" + login;
    return AgentOn.jvm(Jvm.of(Jdk.require(version)), alloyDb, instances)
        .classPath(Built.apps(), Built.newestDriver())
        .main("apps.Holds", end.toString(), orders, orders, "jdbc:postgresql://refuses-db" + login);
  }

  private static ObjectName name(LocalInstance instance) throws Exception {
    return new ObjectName(
        "io.github.alloydbagent:type=Instance,name=" + ObjectName.quote(instance.name()));
  }

  private static JMXConnector attach(RunningJvm jvm) throws Exception {
    VirtualMachine machine = VirtualMachine.attach(String.valueOf(jvm.pid()));
    try {
      return JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
    } finally {
      machine.detach();
    }
  }

  private static void awaitRegistered(MBeanServerConnection server, ObjectName name)
      throws Exception {
    CountDownLatch change = new CountDownLatch(1);
    NotificationListener listener =
        (notification, handback) -> {
          if (notification instanceof javax.management.MBeanServerNotification registered
              && registered.getMBeanName().equals(name)) {
            change.countDown();
          }
        };
    server.addNotificationListener(MBeanServerDelegate.DELEGATE_NAME, listener, null, null);
    assertThat(server.isRegistered(name) || change.await(30, TimeUnit.SECONDS))
        .as("%s is registered", name)
        .isTrue();
  }

  /** Returns each event on one line. */
  private static List<String> printed(Path recording) throws Exception {
    Process print =
        new ProcessBuilder(
                Jdk.running().tool("jfr").toString(),
                "print",
                "--events",
                "io.github.alloydbagent.*",
                recording.toString())
            .redirectErrorStream(true)
            .start();
    String text = new String(print.getInputStream().readAllBytes());
    assertThat(print.waitFor()).as(text).isZero();
    return List.of(text.replaceAll("\\s*\\R\\s*", " ").split("(?=io\\.github\\.alloydbagent\\.)"));
  }

  private static int freePort() throws Exception {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  private static String get(int port, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(60))
            .build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }
}
