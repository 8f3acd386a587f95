package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.ExchangeFault;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Shows the status page in Chromium, if it is on the PATH. With {@code -Dstatus.images=true} the
 * test writes the screenshots of {@code docs/images}.
 */
@AlloyDbTest
class StatusPageIT {
  private static LocalAlloyDb alloyDb;

  @TempDir private Path directory;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return LocalAlloyDb.builder()
        .instance("primary")
        .instance("reads")
        .instance("refuses")
        .user("app", "secret");
  }

  @Test
  void showsHealthyInstances() throws Exception {
    String page = shown("healthy", "reads");

    assertThat(page).contains("orders-db", ">READY<", "Connect latency").doesNotContain("<li>");
  }

  @Test
  void showsFailures() throws Exception {
    alloyDb
        .instance("refuses")
        .exchangeTrouble()
        .set(ExchangeFault.error("The principal lacks permission alloydb.instances.connect."));

    String page = shown("failing", "refuses");

    assertThat(page)
        .contains("reports-db", ">DEGRADED<", "Failed at metadata exchange", "lacks permission");
  }

  private String shown(String name, String reports) throws Exception {
    Path chromium = chromium();
    Path end = directory.resolve("end");
    int port;
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = probe.getLocalPort();
    }
    String instances =
        AgentOn.map("orders-db", alloyDb.instance("primary"))
            + ","
            + AgentOn.map("reports-db", alloyDb.instance(reports));
    String login = "/postgres?user=app&password=secret";
    try (RunningJvm jvm =
        AgentOn.jvm(Jvm.of(Jdk.chosen()), alloyDb, instances)
            .environment("ALLOYDB_AGENT_HTTP_PORT", String.valueOf(port))
            .classPath(Built.apps(), Built.newestDriver())
            .main(
                "apps.Holds",
                end.toString(),
                "jdbc:postgresql://orders-db" + login,
                "jdbc:postgresql://orders-db" + login,
                "jdbc:postgresql://reports-db" + login)
            .start()) {
      jvm.awaitOut("holding");
      String url = "http://127.0.0.1:" + port + "/";
      String page = run(chromium, "--dump-dom", "--enable-logging=stderr", url);
      assertThat(page).doesNotContain("Refused to", "Content Security Policy");
      if (Boolean.getBoolean("status.images")) {
        picture(chromium, url, name + "-light", "1000,760", "1");
        picture(chromium, url, name + "-dark", "1000,760", "0");
        picture(chromium, url, name + "-narrow", "500,1100", "1");
      }
      Files.createFile(end);
      jvm.await().checkSucceeded();
      return page;
    }
  }

  private void picture(Path chromium, String url, String name, String size, String scheme)
      throws Exception {
    Path images = Files.createDirectories(Path.of("..", "docs", "images"));
    run(
        chromium,
        "--screenshot=" + images.resolve("status-" + name + ".png").toAbsolutePath().normalize(),
        "--window-size=" + size,
        "--hide-scrollbars",
        "--blink-settings=preferredColorScheme=" + scheme,
        url);
  }

  private String run(Path chromium, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                chromium.toString(),
                "--headless",
                "--no-sandbox", // root cannot use the sandbox
                "--disable-gpu",
                "--no-first-run",
                "--user-data-dir=" + directory.resolve("chromium")));
    command.addAll(Arrays.asList(arguments));
    Path out = directory.resolve("out");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("HOME", directory.toString());
    Process process = builder.redirectOutput(out.toFile()).start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("Chromium ends").isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    String said = Files.readString(out);
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  private static Path chromium() {
    Optional<Path> found =
        Arrays.stream(System.getenv("PATH").split(java.io.File.pathSeparator))
            .flatMap(
                folder ->
                    Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(folder, name)))
            .filter(Files::isExecutable)
            .findFirst();
    Assumptions.assumeTrue(found.isPresent(), "Chromium is not on the PATH");
    return found.get();
  }
}
