package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests the commands that query an agent in another JVM, and that they leave nothing behind there.
 */
@AlloyDbTest
class StatusCommandsIT {
  private static final Path PROC = Path.of("/proc");

  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;

  @TempDir private Path directory;

  /**
   * Runs a copy of the jar with another version, which must not be added to the JVM's class path.
   */
  @ParameterizedTest
  @ValueSource(ints = {8, 17, 25})
  void statusReportsTheAgentsStateAndLeavesNothingBehind(int version) throws Exception {
    Jdk jdk = Jdk.require(version);
    Path newer = withVersion("9.9.9");
    Path end = directory.resolve("end");
    JvmResult result;
    try (RunningJvm jvm = holding(jdk, end).start()) {
      jvm.awaitOut("holding");
      String pid = String.valueOf(jvm.pid());
      Set<String> ports = listening(pid);

      JvmResult status =
          Jvm.of(jdk).environment("COLUMNS", "79").jar(newer, "status", pid).run().checkSucceeded();
      assertThat(status.err()).isEmpty();
      assertThat(status.outLines().get(0))
          .matches("JVM " + pid + " \\(apps.Holds\\): agent 0\\.\\S+, 1 READY, at \\S+Z");
      assertThat(status.out())
          .contains("READY     orders-db -> " + cluster() + "/primary")
          .contains(
              "PRIVATE " + primary.addresses().privateIp() + ", certificate 59m left, refresh")
          .containsPattern("1 open,\\s+1\\s+connects,\\s+0\\s+failed,\\s+p50")
          .doesNotContain("\u001b");
      assertThat(status.outLines()).allMatch(line -> line.length() <= 79);

      JvmResult json = command(jdk, "status", pid, "--json").checkSucceeded();
      JsonObject document = JsonParser.parseString(json.out()).getAsJsonObject();
      assertThat(document.get("version").getAsString()).startsWith("0.");
      JsonObject instance = document.getAsJsonArray("instances").get(0).getAsJsonObject();
      assertThat(instance.get("instance").getAsString()).isEqualTo(primary.name());
      assertThat(instance.get("connects").getAsLong()).isEqualTo(1);
      assertThat(instance.get("openTunnels").getAsLong()).isEqualTo(1);

      awaitNoThreadOf(jdk, pid);
      assertThat(listening(pid)).isEqualTo(ports);
      if (Files.isDirectory(PROC)) {
        assertThat(openFiles(pid)).contains(Built.agentJar().toRealPath().toString());
        assertThat(openFiles(pid)).doesNotContain(newer.toRealPath().toString());
      }
      Files.createFile(end);
      result = jvm.await().checkSucceeded();
    }
    assertThat(result.out()).contains("still standing: 1");
    assertThat(result.errLines().stream().filter(line -> line.contains(" alloydb-agent: ")))
        .hasSize(2); // at its start, and at the first connection
  }

  /**
   * From Java 21 on, the JVM warns of every attached agent, including those that it was started
   * with.
   */
  @Test
  void theJvmMayWarnOfTheAttach() throws Exception {
    Path end = directory.resolve("end");
    try (RunningJvm jvm = holding(Jdk.require(25), end).start()) {
      jvm.awaitOut("holding");
      String pid = String.valueOf(jvm.pid());
      command(Jdk.require(25), "status", pid).checkSucceeded();
      command(Jdk.require(25), "status", pid).checkSucceeded();
      Files.createFile(end);
      assertThat(jvm.await().errLines().stream().filter(line -> line.contains("WARNING: A Java")))
          .hasSize(2);
      Files.delete(end);
    }
    try (RunningJvm jvm =
        holding(Jdk.require(25), end).flags("-XX:+EnableDynamicAgentLoading").start()) {
      jvm.awaitOut("holding");
      command(Jdk.require(25), "status", String.valueOf(jvm.pid())).checkSucceeded();
      Files.createFile(end);
      assertThat(jvm.await().err()).doesNotContain("WARNING");
      Files.delete(end);
    }
    try (RunningJvm jvm =
        holding(Jdk.require(25), end).flags("-XX:-EnableDynamicAgentLoading").start()) {
      jvm.awaitOut("holding");
      assertThat(command(Jdk.require(25), "status", String.valueOf(jvm.pid())).checkFailed().err())
          .contains("it was started with -XX:-EnableDynamicAgentLoading. The same status is")
          .contains("http-port");
    }
  }

  @Test
  void reportsMissingProcessesAndInvalidUsage() throws Exception {
    Process sleep = new ProcessBuilder("sleep", "60").start();
    sleep.destroy();
    sleep.waitFor();
    String gone = String.valueOf(sleep.pid());
    for (String command : List.of("status", "watch")) {
      JvmResult missing = command(Jdk.chosen(), command, gone);
      assertThat(missing.exit()).as(missing.toString()).isEqualTo(1);
      assertThat(missing.err()).contains(gone);
      assertThat(command(Jdk.chosen(), command, "0").exit()).isEqualTo(2);
      assertThat(command(Jdk.chosen(), command).exit()).isEqualTo(2);
    }
    for (String[] line :
        new String[][] {
          {"watch", "1", "--interval", "1ms"},
          {"watch", "1", "--interval", "10m"},
          {"watch", "1", "--count=0"}
        }) {
      JvmResult usage = command(Jdk.chosen(), line);
      assertThat(usage.exit()).as(usage.toString()).isEqualTo(2);
      assertThat(usage.err()).containsAnyOf("is from 100ms to 5m", "--count is 1 or more");
    }
  }

  @Test
  void statusDoesNotAddTheAgent() throws Exception {
    try (RunningJvm jvm = idle().start()) {
      String refused = refusal(jvm);
      assertThat(refused).contains("(apps.Child) has no agent. Start it with -javaagent");
      assertThat(command(Jdk.chosen(), "list").out())
          .contains(jvm.pid() + " ")
          .containsPattern(jvm.pid() + " +apps.Child: no agent");
      assertThat(jvm.terminate().err()).isEmpty();
    }
    try (RunningJvm jvm = idle().property("alloydb-agent", "0.0.9, on").start()) {
      assertThat(refusal(jvm))
          .contains("(0.0.9, on) is of a version that this command does not support.");
    }
    try (RunningJvm jvm = idle().agent().flags("-XX:+DisableAttachMechanism").start()) {
      assertThat(refusal(jvm))
          .contains("-XX:+DisableAttachMechanism", "The same status is available through JMX");
    }
  }

  @Test
  void reportsAnAgentThatIsInactive() {
    try (RunningJvm jvm = idle().agent().start()) {
      assertThat(refusal(jvm)).contains("has nothing to do: no host is mapped there.");
    }
    try (RunningJvm jvm = idle().agent("enabled=false").start()) {
      assertThat(refusal(jvm)).contains("is disabled: enabled is false there.");
    }
    try (RunningJvm jvm = idle().agent("ip-typ=PSC").start()) {
      assertThat(refusal(jvm)).contains("has nothing to do: no host is mapped there.");
    }
    try (RunningJvm jvm = idle().agent("instances=orders-db=nonsense,ip-typ=PSC").start()) {
      jvm.awaitOut("hanging");
      JvmResult status = command(Jdk.chosen(), "status", String.valueOf(jvm.pid()));
      assertThat(status.exit()).as(status.toString()).isEqualTo(1);
      assertThat(status.out())
          .contains(
              "The agent in that JVM opens no connection. 2 errors in the AlloyDB Agent's settings")
          .containsPattern("nearest\\s+match:\\s+ip-type");
    }
  }

  @Test
  void aFailedInstanceReturnsExitCode1() {
    String instances = AgentOn.map("orders-db", primary) + "?access-token=planted-secret";
    try (RunningJvm jvm =
        AgentOn.jvm(idle(), alloyDb, instances)
            .environment("ALLOYDB_AGENT_LOG_LEVEL", "debug")
            .start()) {
      jvm.awaitErr("no connection info: ");
      JvmResult status = command(Jdk.chosen(), "status", String.valueOf(jvm.pid()));
      assertThat(status.exit()).as(status.toString()).isEqualTo(1);
      assertThat(status.out())
          .contains(": agent 0.", ", 1 FAILED, at ")
          .containsPattern("orders-db +\\S+/primary +FAILED +- ")
          .containsPattern("last error, \\d+s ago.*: .* returned HTTP 401")
          .doesNotContain("planted-secret");
    }
  }

  @Test
  void watchPrintsABlockOrALineForEachInterval() throws Exception {
    Path end = directory.resolve("end");
    try (RunningJvm jvm = holding(Jdk.chosen(), end).start()) {
      jvm.awaitOut("holding");
      String pid = String.valueOf(jvm.pid());

      JvmResult blocks =
          command(Jdk.chosen(), "watch", pid, "--count", "3", "--interval", "100ms")
              .checkSucceeded();
      assertThat(blocks.out().split("\n\n(?=JVM )")).hasSize(3).allMatch(b -> b.contains("READY"));

      JvmResult lines =
          command(Jdk.chosen(), "watch", pid, "--count=2", "--interval=100ms", "--json")
              .checkSucceeded();
      assertThat(lines.outLines()).hasSize(2);
      for (String line : lines.outLines()) {
        assertThat(JsonParser.parseString(line).getAsJsonObject().has("instances")).isTrue();
      }

      try (RunningJvm watch =
          Jvm.chosen().jar(Built.agentJar(), "watch", pid, "--interval=5m").start()) {
        watch.awaitOut("READY");
        Files.createFile(end);
        jvm.await().checkSucceeded();
        JvmResult watched = watch.await().checkSucceeded();
        assertThat(watched.err())
            .isEqualTo("alloydb-agent: JVM " + pid + " (apps.Holds) has ended.\n");
      }
    }
  }

  /**
   * Uses util-linux's terminal emulation; the shell reports the terminal's settings before and
   * after.
   */
  @ParameterizedTest
  @ValueSource(strings = {"q", "\u0003"})
  void watchRestoresTheTerminal(String key) throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/script")), "script (util-linux) is not installed");
    assumeTrue(key.equals("q") || !isInterruptIgnored(), "Ctrl-C is ignored, for example by nohup");
    Path end = directory.resolve("end");
    try (RunningJvm jvm = holding(Jdk.chosen(), end).start()) {
      jvm.awaitOut("holding");
      String watch = Jdk.chosen().java() + " -jar " + Built.agentJar() + " watch " + jvm.pid();
      String commands =
          "stty rows 30 cols 100; trap : INT; stty -g; " + watch + "; echo exit: $?; stty -g";
      ProcessBuilder builder =
          new ProcessBuilder("/usr/bin/script", "-qec", commands, "/dev/null")
              .redirectErrorStream(true);
      builder.environment().put("TERM", "xterm");
      builder.environment().keySet().removeAll(List.of("NO_COLOR", "COLUMNS"));
      builder.environment().put("JAVA_TOOL_OPTIONS", "");
      Process terminal = builder.start();
      CompletableFuture.delayedExecutor(60, TimeUnit.SECONDS)
          .execute(() -> terminal.descendants().forEach(ProcessHandle::destroyForcibly));
      try {
        String screen = readUntil(terminal.getInputStream(), "q quits");
        terminal.getOutputStream().write(key.getBytes(StandardCharsets.UTF_8));
        terminal.getOutputStream().flush();
        screen += readUntil(terminal.getInputStream(), null);
        assertThat(terminal.waitFor(30, TimeUnit.SECONDS)).isTrue();

        assertThat(screen)
            .contains("\u001b[?1049h\u001b[?25l")
            .contains("\u001b[32mREADY\u001b[0m     orders-db -> ")
            .contains("\u001b[?25h\u001b[?1049l")
            .contains("exit: " + (key.equals("q") ? 0 : 130));
        Matcher settings = Pattern.compile("(?m)^[0-9a-f]+(:[0-9a-f]+){20,}").matcher(screen);
        List<String> found = settings.results().map(each -> each.group()).toList();
        assertThat(found).as(screen).hasSize(2);
        assertThat(found.get(1)).isEqualTo(found.get(0));
      } finally {
        terminal.descendants().forEach(ProcessHandle::destroyForcibly);
        terminal.destroyForcibly();
      }
      Files.createFile(end);
      jvm.await().checkSucceeded();
    }
  }

  /** A shell cannot restore a signal for its commands that was ignored when the shell started. */
  private static boolean isInterruptIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> (new BigInteger(line.substring(7).strip(), 16).intValue() & 2) != 0);
  }

  private static String readUntil(InputStream in, String text) throws IOException {
    StringBuilder read = new StringBuilder();
    try {
      for (int next = in.read(); next >= 0; next = in.read()) {
        read.append((char) next);
        if (text != null && read.indexOf(text) >= 0) {
          break;
        }
      }
    } catch (IOException e) {
      // the terminal is closed
    }
    return read.toString();
  }

  private static String cluster() {
    return primary.name().replaceAll(".*/clusters/(.*)/instances/.*", "$1");
  }

  private static String refusal(RunningJvm jvm) {
    jvm.awaitOut("hanging");
    JvmResult status = command(Jdk.chosen(), "status", String.valueOf(jvm.pid()));
    assertThat(status.exit()).as(status.toString()).isEqualTo(1);
    assertThat(status.out()).isEmpty();
    return status.err();
  }

  private static JvmResult command(Jdk jdk, String... line) {
    return Jvm.of(jdk).jar(Built.agentJar(), line).run();
  }

  private static Jvm idle() {
    return Jvm.chosen().classPath(Built.apps()).main("apps.Child", "hang");
  }

  private static Jvm holding(Jdk jdk, Path end) {
    return AgentOn.jvm(Jvm.of(jdk), alloyDb, AgentOn.map("orders-db", primary))
        .classPath(Built.apps(), Built.newestDriver())
        .main(
            "apps.Holds",
            end.toString(),
            "jdbc:postgresql://orders-db/postgres?connectTimeout=40&user=app&password=secret");
  }

  /** The threads end shortly after the command's connection has closed. */
  private static void awaitNoThreadOf(Jdk jdk, String pid) throws Exception {
    String threads = "";
    for (int i = 0; i < 20; i++) {
      Process jstack = new ProcessBuilder(jdk.tool("jstack").toString(), pid).start();
      jstack.getOutputStream().close();
      threads = new String(jstack.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(threads).contains("alloydb-agent-timer");
      if (!threads.contains("alloydb-agent-status")) {
        return;
      }
    }
    throw new AssertionError(threads);
  }

  private static List<String> openFiles(String pid) throws IOException {
    List<String> files = new ArrayList<>();
    try (Stream<Path> descriptors = Files.list(PROC.resolve(pid).resolve("fd"))) {
      for (Path each : descriptors.toList()) {
        try {
          files.add(Files.readSymbolicLink(each).toString());
        } catch (IOException e) {
          // closed meanwhile
        }
      }
    }
    return files;
  }

  /** Returns the process's sockets that listen on TCP, on Linux. */
  private static Set<String> listening(String pid) throws IOException {
    Set<String> ports = new HashSet<>();
    if (!Files.isDirectory(PROC)) {
      return ports;
    }
    List<String> files = openFiles(pid);
    for (String table : List.of("tcp", "tcp6")) {
      Path path = PROC.resolve(pid).resolve("net").resolve(table);
      for (String line : Files.exists(path) ? Files.readAllLines(path) : List.<String>of()) {
        String[] fields = line.trim().split(" +");
        if (fields.length > 9
            && fields[3].equals("0A")
            && files.contains("socket:[" + fields[9] + "]")) {
          ports.add(fields[1]);
        }
      }
    }
    return ports;
  }

  /** Returns a copy of the agent's jar with another version number. */
  private Path withVersion(String version) throws IOException {
    Path copy = directory.resolve("copy").resolve("alloydb-agent.jar");
    Files.createDirectories(copy.getParent());
    try (JarFile jar = new JarFile(Built.agentJar().toFile())) {
      Manifest manifest = jar.getManifest();
      manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
      try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(copy), manifest)) {
        for (JarEntry entry : jar.stream().toList()) {
          if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
            out.putNextEntry(new JarEntry(entry.getName()));
            try (InputStream in = jar.getInputStream(entry)) {
              in.transferTo(out);
            }
          }
        }
      }
    }
    return copy;
  }
}
