package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.rollout.RolloutFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Jetty with a separate base directory. */
final class Jetty {

  private static final String PREFIX = "jetty-home-";

  private final Jdk jdk;
  private final Path home = ServerFiles.distribution("jetty", PREFIX);

  Jetty(Jdk jdk) throws IOException {
    this.jdk = jdk;
  }

  String version() {
    return ServerFiles.version(home, PREFIX);
  }

  String run(Database database) throws Exception {
    Path base = database.directory();
    String address = Loopback.address();
    start(base, "--add-modules=http,ext,shutdown,ee10-deploy,ee10-jsp,ee10-plus")
        .run()
        .checkSucceeded();
    configure(base, database, address);
    JvmResult result;
    try (RunningJvm server = start(base).environment(database.environment()).start()) {
      server.awaitErr("Started oejs.Server@");
      WebApplication.work(
          new WebClient("http://" + address + ":8080"), "java:comp/env/jdbc/orders");
      start(
              base,
              "--stop",
              "STOP.HOST=" + address,
              "STOP.PORT=8009",
              "STOP.KEY=secret",
              "STOP.WAIT=60")
          .run()
          .checkSucceeded();
      result = server.await().checkSucceeded();
    }
    assertThat(result.err()).contains("Stopped oejs.Server@");
    return result.out() + result.err();
  }

  private Jvm start(Path base, String... arguments) {
    return Jvm.of(jdk)
        .flags("-Xmx64m") // this process starts the server's JVM and does nothing else
        .jar(home.resolve("start.jar"), arguments)
        .directory(base)
        .deadline(Duration.ofMinutes(5));
  }

  private static void configure(Path base, Database database, String address) throws IOException {
    Path driver = Files.createDirectories(base.resolve("lib").resolve("ext"));
    Files.copy(Built.newestDriver(), driver.resolve("postgresql.jar"));
    Files.write(base.resolve("start.d").resolve("jvm.ini"), List.of("--exec", "-Xmx256m"));
    if (database.isTunnelled()) {
      RolloutFile file = new RolloutFile("jetty/alloydb-agent.ini");
      Files.writeString(base.resolve("start.d").resolve("alloydb-agent.ini"), file.onThisMachine());
    }
    Files.createDirectory(base.resolve("work")); // otherwise Jetty unpacks into another directory
    Files.write(
        base.resolve("start.d").resolve("addresses.ini"),
        List.of(
            "jetty.http.host=" + address,
            "jetty.shutdown.host=" + address,
            "jetty.shutdown.port=8009",
            "jetty.shutdown.key=secret"));
    Files.writeString(
        base.resolve("webapps").resolve("orders.xml"),
        """
        <!DOCTYPE Configure PUBLIC "-//Jetty//Configure//EN" "https://jetty.org/configure_10_0.dtd">
        <Configure id="orders" class="org.eclipse.jetty.ee10.webapp.WebAppContext">
          <Set name="contextPath">/orders</Set>
          <Set name="war">%s</Set>
          <New class="org.eclipse.jetty.plus.jndi.Resource">
            <Arg><Ref refid="orders"/></Arg>
            <Arg>jdbc/orders</Arg>
            <Arg>
              <New class="org.postgresql.ds.PGSimpleDataSource">
                <Set name="url">%s</Set>
                <Set name="user">%s</Set>
                <Set name="password">%s</Set>
              </New>
            </Arg>
          </New>
        </Configure>
        """
            .formatted(WebApplication.war(), database.url(), Database.USER, Database.PASSWORD));
  }
}
