package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.tools.attach.VirtualMachine;
import io.github.alloydbagent.failure.ApiFront.Answer;
import io.github.alloydbagent.failure.ApiFront.Reply;
import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.ExchangeFault;
import io.github.alloydbagent.local.IamRole;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Makes successful and failing connections with secrets in every place that the agent reads them
 * from, and searches all of the agent's output for keys, tokens and passwords.
 */
@AlloyDbTest
class SecretsIT {
  private static final String STRANGER = "stranger@local-project.iam.gserviceaccount.com";
  private static final String ACCESS_TOKEN = "planted-access-4713";
  private static final String LOGIN_TOKEN = "planted-login-4714";

  private static LocalAlloyDb alloyDb;
  private static ApiFront front;
  private static String key;
  private static Path staticInfo;
  private static Outcomes outcomes;

  /** The collected output, by source. */
  private static final Map<String, String> outputs = new TreeMap<>();

  @TempDir private static Path directory;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return Servers.alloyDb()
        .instance("primary")
        .instance("refuses")
        .serviceAccount("app@local-project.iam.gserviceaccount.com")
        .serviceAccount(STRANGER, new IamRole[0]);
  }

  @BeforeAll
  static void connectInManyWays() throws Exception {
    alloyDb.instance("refuses").exchangeTrouble().set(ExchangeFault.error("not today"));
    front = new ApiFront(alloyDb.adminUrl());
    key = Files.readString(alloyDb.credentialsFile());
    staticInfo = alloyDb.staticConnectionInfo();

    outcomes = new Outcomes(failingHosts("text"));
    outputs.put("text", outcomes.jvm().out() + outcomes.jvm().err());
    JvmResult json = failingHosts("json");
    outputs.put("JSON", json.out() + json.err());
    inspectRunningJvm();
    outputs.put("static", outputOf(staticInfo()));
    outputs.put("config", outputOf(command("config")));
    outputs.put("check", outputOf(command("check", "-v", "--json", "--timeout", "5s")));
  }

  @AfterAll
  static void stop() {
    front.close();
  }

  /** Causes every kind of failure, at the most verbose log level. */
  private static JvmResult failingHosts(String format) throws Exception {
    String primary = alloyDb.instance("primary").name();
    ManyHosts hosts =
        new ManyHosts(alloyDb)
            .tried("orders-db", primary)
            .tried("refuses", alloyDb.instance("refuses").name())
            .tried("echo", primary + "?api-endpoint=" + echo())
            .tried("fixed", fixedTokens())
            .tried("stranger", primary + "?credentials-file=" + alloyDb.credentialsFile(STRANGER))
            .map("wrong-password", primary)
            .connect("wrong-password", "&password=wrong-4712");
    int half = key.indexOf("PRIVATE KEY") + 400;
    String truncated = key.substring(0, half) + "\"" + key.substring(half);
    for (String[] bad :
        new String[][] {
          {"torn", truncated},
          {"cut", key.substring(0, half)},
          {"dismissed", key.replace("app@", "dismissed@")},
          {"damaged", key.replace("PRIVATE KEY-----\\n", "PRIVATE KEY-----\\n!")}
        }) {
      Path file = Files.writeString(directory.resolve(bad[0] + ".json"), bad[1]);
      hosts.tried(bad[0], primary + "?credentials-file=" + file);
    }
    return hosts
        .jvm(Jdk.chosen())
        .environment("ALLOYDB_AGENT_LOG_LEVEL", "trace")
        .environment("ALLOYDB_AGENT_LOG_FORMAT", format)
        // an application's setting for its own Google libraries; the bundled ones would log tokens,
        // too
        .environment("GOOGLE_SDK_JAVA_LOGGING", "true")
        .run()
        .checkSucceeded();
  }

  /** Returns the URL of an API that repeats the request in its response. */
  private static String echo() {
    Answer echo =
        call ->
            Reply.json(
                403,
                "{\"error\": {\"message\": \"What is "
                    + call.getRequestHeaders().getFirst("Authorization")
                    + "?\"}}");
    return front.url("echo", echo);
  }

  private static String fixedTokens() {
    return alloyDb.instance("primary").name()
        + "?access-token="
        + ACCESS_TOKEN
        + "&login-token="
        + LOGIN_TOKEN;
  }

  private static Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>(alloyDb.environment());
    settings.put("ALLOYDB_AGENT_CREDENTIALS_JSON", key);
    settings.put(
        "ALLOYDB_AGENT_CONNECT_TIMEOUT", "10s"); // too short to wait for the next retry of "echo"
    settings.put(
        "ALLOYDB_INSTANCES",
        String.join(
            ",",
            "orders-db=" + alloyDb.instance("primary").name(),
            "refuses=" + alloyDb.instance("refuses").name(),
            "fixed=" + fixedTokens(),
            "echo=" + alloyDb.instance("primary").name() + "?api-endpoint=" + echo()));
    return settings;
  }

  private static JvmResult command(String... arguments) {
    return Jvm.chosen().environment(settings()).jar(Built.agentJar(), arguments).run();
  }

  private static JvmResult staticInfo() {
    return new ManyHosts(alloyDb)
        .tried("orders-db", alloyDb.instance("primary").name())
        .tried("refuses", alloyDb.instance("refuses").name())
        .jvm(Jdk.chosen())
        .environment("ALLOYDB_AGENT_STATIC_CONNECTION_INFO", staticInfo.toString())
        .environment("ALLOYDB_AGENT_LOG_LEVEL", "trace")
        .run()
        .checkSucceeded();
  }

  /** Keeps a JVM running and inspects it over HTTP, through JMX, and in a flight recording. */
  private static void inspectRunningJvm() throws Exception {
    int port;
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = probe.getLocalPort();
    }
    Path end = directory.resolve("end");
    Path recording = directory.resolve("run.jfr");
    List<String> arguments = new ArrayList<>(List.of(end.toString()));
    for (String host : List.of("orders-db", "refuses", "fixed", "echo")) {
      arguments.add(
          "jdbc:postgresql://" + host + "/postgres?user=app&password=" + Servers.PASSWORD);
    }
    try (RunningJvm jvm =
        Jvm.of(Jdk.require(25))
            .agent()
            .flags("-XX:StartFlightRecording=filename=" + recording)
            .environment(settings())
            .environment("ALLOYDB_AGENT_HTTP_PORT", String.valueOf(port))
            .environment("ALLOYDB_AGENT_LOG_LEVEL", "trace")
            .environment("ALLOYDB_AGENT_LOG_FORMAT", "json")
            .classPath(Built.apps(), Built.newestDriver())
            .main("apps.Holds", arguments.toArray(String[]::new))
            .start()) {
      jvm.awaitOut("holding");
      for (String path : List.of("/readiness?check=dial", "/metrics", "/status.json", "/")) {
        outputs.put(path, get(port, path));
      }
      outputs.put("JMX", readJmx(jvm.pid()));
      Files.createFile(end);
      outputs.put("inline", outputOf(jvm.await().checkSucceeded()));
    }
    // some of the JVM's own events contain its whole environment
    outputs.put("JFR", printed(recording, "io.github.alloydbagent.*"));
  }

  private static String get(int port, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(60))
            .build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }

  private static String readJmx(long pid) throws Exception {
    VirtualMachine machine = VirtualMachine.attach(String.valueOf(pid));
    JMXServiceURL url;
    try {
      url = new JMXServiceURL(machine.startLocalManagementAgent());
    } finally {
      machine.detach();
    }
    StringBuilder text = new StringBuilder();
    try (JMXConnector connector = JMXConnectorFactory.connect(url)) {
      MBeanServerConnection server = connector.getMBeanServerConnection();
      ObjectName all = new ObjectName("io.github.alloydbagent:*");
      Set<ObjectName> names = server.queryNames(all, null);
      long patience = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (names.size() < 4
          && System.nanoTime() < patience) { // the events occur every other second
        names = server.queryNames(all, null);
      }
      for (ObjectName name : names) {
        text.append(name).append('\n');
        for (MBeanAttributeInfo attribute : server.getMBeanInfo(name).getAttributes()) {
          Object value = server.getAttribute(name, attribute.getName());
          text.append(attribute.getName())
              .append(": ")
              .append(Arrays.deepToString(new Object[] {value}))
              .append('\n');
        }
      }
    }
    return text.toString();
  }

  private static String printed(Path recording, String events) throws Exception {
    Process print =
        new ProcessBuilder(
                Jdk.running().tool("jfr").toString(),
                "print",
                "--stack-depth",
                "64",
                "--events",
                events,
                recording.toString())
            .redirectErrorStream(true)
            .start();
    String text = new String(print.getInputStream().readAllBytes());
    assertThat(print.waitFor()).as(text).isZero();
    return text;
  }

  private static String outputOf(JvmResult result) {
    return result.out() + result.err();
  }

  @Test
  void theLogIsNotEmpty() {
    assertThat(outcomes.of("orders-db").text()).isEqualTo("app");
    assertThat(outcomes.jvm().err()).contains("DEBUG alloydb-agent: setting instances: orders-db=");
    assertThat(outcomes.failure("echo")).contains("What is Bearer (the token)?");
    assertThat(outcomes.jvm().err())
        .contains(
            " DEBUG alloydb-agent: ", " TRACE alloydb-agent: ", "\tat io.github.alloydbagent.");
    for (String host :
        List.of("refuses", "fixed", "stranger", "torn", "cut", "dismissed", "damaged")) {
      assertThat(outcomes.jvm().err()).contains("no connection to host " + host);
      assertThat(outputs.get("JSON")).contains("no connection to host " + host);
      assertThat(outcomes.failure(host)).contains(": no connection to host " + host);
    }
  }

  @Test
  void noOtherOutputIsEmpty() {
    for (String where : List.of("/readiness?check=dial", "/status.json", "/", "JMX", "JFR")) {
      assertThat(outputs.get(where)).as(where).contains("What is Bearer (the token)?", "not today");
    }
    assertThat(outputs.get("/metrics")).contains("alloydbconn_dial_failure_count");
    assertThat(outputs.get("inline"))
        .contains(
            "credentials-json (not shown; environment variable ALLOYDB_AGENT_CREDENTIALS_JSON)",
            "connected: 1",
            "\"level\":\"TRACE\"");
    assertThat(outputs.get("static")).contains("orders-db: ok: app", " TRACE ");
    assertThat(outputs.get("config"))
        .containsPattern("credentials-json +\\(not shown\\)")
        .contains("fixed=");
    assertThat(outputs.get("check"))
        .contains("What is Bearer (the token)?", " DEBUG alloydb-agent: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text",
        "JSON",
        "inline",
        "static",
        "config",
        "check",
        "/readiness?check=dial",
        "/metrics",
        "/status.json",
        "/",
        "JMX",
        "JFR"
      })
  void noOutputContainsASecret(String where) throws Exception {
    String text = outputs.get(where);
    assertThat(text).isNotBlank();
    for (String secret : secrets()) {
      if (text.contains(secret)) {
        throw new AssertionError(where + " shows a secret, at: " + excerpt(text, secret));
      }
    }
  }

  private static String excerpt(String text, String secret) {
    int at = text.indexOf(secret);
    return text.substring(Math.max(0, at - 200), Math.min(text.length(), at + secret.length()));
  }

  private static List<String> secrets() throws Exception {
    List<String> secrets =
        new ArrayList<>(
            List.of(
                Servers.PASSWORD,
                "wrong-4712",
                ACCESS_TOKEN,
                LOGIN_TOKEN,
                "ya29.",
                "eyJ", // a signed assertion, which can be exchanged for a token
                "assertion=",
                "PRIVATE KEY-----",
                "BgkqhkiG9w0BAQEFAASC", // the prefix of any private key, including the client's own
                "private exponent"));
    assertThat(alloyDb.tokens().texts()).hasSizeGreaterThan(5);
    for (String token : alloyDb.tokens().texts()) {
      secrets.add(token.substring(token.length() - 32));
    }
    String stranger = Files.readString(alloyDb.credentialsFile(STRANGER));
    for (String lines :
        List.of(
            member(key, "private_key"),
            member(stranger, "private_key"),
            member(Files.readString(staticInfo), "privateKey"))) {
      List<String> inner =
          lines.lines().filter(line -> !line.contains("-----") && line.length() > 40).toList();
      assertThat(inner).hasSizeGreaterThan(20);
      for (String line : inner) {
        secrets.add(line.substring(0, 16));
        secrets.add(line.substring(20));
      }
    }
    return secrets;
  }

  private static String member(String json, String name) {
    JsonObject object = JsonParser.parseString(json).getAsJsonObject();
    return object.get(name).getAsString();
  }
}
