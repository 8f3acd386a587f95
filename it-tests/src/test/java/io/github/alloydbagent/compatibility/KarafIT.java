package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.jvm.Script;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests Karaf, started and stopped by its own scripts, with bundles in its deploy directory. */
@Tag("compatibility")
@Tag("heavy")
class KarafIT {

  private static final Path HOME = Built.application("karaf").resolve("apache-karaf-minimal-4.4.8");

  @TempDir Path directory;

  @Test
  void deployedBundlesConnectToTheirDatabase() throws Exception {
    try (Comparison comparison = new Comparison(directory)) {
      comparison.run(KarafIT::run);
    }
    new PageTable("applications")
        .holds(
            "Apache Karaf 4.4.8",
            "17",
            "pgjdbc and a bundle that uses its DataSourceFactory, in the deploy directory;"
                + " bin/karaf server, bin/stop",
            "yes",
            "yes");
  }

  private static String run(Database database) throws IOException {
    Path base = database.directory();
    configure(base, database);
    try (RunningJvm karaf = script(database, "karaf", "server").start()) {
      karaf.awaitOut("shop: ");
      JvmResult stop = script(database, "stop").run().checkSucceeded();
      JvmResult result = karaf.await().checkSucceeded();
      assertThat(result.outLines())
          .as(result.toString())
          .contains("shop: 3 buyers, 21 pieces", "shop: closed");
      String log = Files.readString(base.resolve("data/log/karaf.log"));
      assertThat(log).contains("org.postgresql.jdbc");
      return withoutRace(stop.out() + stop.err() + result.out() + result.err()) + log;
    }
  }

  /** Karaf 4.4.8 has a race at its start (KARAF-7892) that it logs now and then. */
  private static String withoutRace(String output) {
    return output.replaceAll(
        "(?m)^.* ERROR org\\.apache\\.felix\\.configadmin - Ignoring new configuration"
            + " pid=org\\.apache\\.felix\\.fileinstall~deploy$",
        "");
  }

  private static Script script(Database database, String name, String... arguments) {
    return Script.of(Jdk.running(), HOME.resolve("bin").resolve(name), arguments)
        .environment(database.environment())
        .environment("KARAF_BASE", database.directory().toString())
        .environment("EXTRA_JAVA_OPTS", database.jvmOptions())
        .environment("JAVA_MAX_MEM", "256m")
        .deadline(Duration.ofMinutes(5));
  }

  private static void configure(Path base, Database database) throws IOException {
    Path etc = base.resolve("etc");
    try (Stream<Path> files = Files.walk(HOME.resolve("etc"))) {
      for (Path each : (Iterable<Path>) files::iterator) {
        Files.copy(each, etc.resolve(HOME.resolve("etc").relativize(each)));
      }
    }
    replace(
        etc.resolve("system.properties"),
        "^",
        "shop.url = %s\nshop.user = %s\nshop.password = %s\n"
            .formatted(database.url(), Database.USER, Database.PASSWORD));
    Path shell = etc.resolve("org.apache.karaf.shell.cfg");
    replace(shell, "sshHost = .*", "sshHost = 127.0.0.1");
    replace(shell, "sshPort = .*", "sshPort = " + freePort());
    Path deploy = Files.createDirectory(base.resolve("deploy"));
    for (Path jar : Bundles.all()) {
      Files.copy(jar, deploy.resolve(jar.getFileName()));
    }
  }

  private static void replace(Path file, String pattern, String text) throws IOException {
    String before = Files.readString(file);
    assertThat(before).as(file.toString()).containsPattern(pattern);
    Files.writeString(file, before.replaceFirst(pattern, text));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
