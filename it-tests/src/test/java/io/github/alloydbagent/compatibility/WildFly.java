package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.jvm.Script;
import io.github.alloydbagent.rollout.RolloutFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * WildFly with a separate base directory and four data sources: two with the driver as a module,
 * two with the driver as a deployment, one of each for two-phase commit.
 */
final class WildFly {

  private static final String PREFIX = "wildfly-";

  private final Jdk jdk;
  private final Path home = ServerFiles.distribution("wildfly", PREFIX);
  private final Path base;
  private final Path modules;

  WildFly(Jdk jdk, Path directory) throws IOException {
    this.jdk = jdk;
    base = directory.resolve("standalone");
    modules = Files.createDirectory(directory.resolve("modules"));
    ServerFiles.copy(home.resolve("standalone"), base);
    configure(Files.createFile(directory.resolve("configure.cli")));
  }

  String version() {
    return ServerFiles.version(home, PREFIX);
  }

  /** Configures WildFly with its command line, without starting it. */
  private void configure(Path commands) throws IOException {
    Path driver = Built.newestDriver();
    String deployed = driver.getFileName().toString();
    Files.write(
        commands,
        List.of(
            "embed-server",
            "module add --name=org.postgresql --module-root-dir="
                + modules
                + " --resources="
                + driver
                + " --dependencies=java.se,jakarta.transaction.api",
            "/subsystem=datasources/jdbc-driver=postgresql:add(driver-name=postgresql,"
                + "driver-module-name=org.postgresql,"
                + "driver-xa-datasource-class-name=org.postgresql.xa.PGXADataSource)",
            dataSource("Orders", "postgresql"),
            dataSource("Deployed", deployed),
            xaDataSource("Ledger", "postgresql"),
            xaDataSource("DeployedLedger", deployed)
                + " --xa-datasource-class=org.postgresql.xa.PGXADataSource",
            "stop-embedded-server"));
    script("jboss-cli.sh", "--file=" + commands, "--properties=" + properties(commands))
        .environment("ORDERS_URL", "")
        .run()
        .checkSucceeded();
    Files.copy(driver, base.resolve("deployments").resolve(deployed));
    Files.copy(WebApplication.war(), base.resolve("deployments").resolve("orders.war"));
  }

  private Path properties(Path commands) throws IOException {
    return Files.writeString(
        commands.resolveSibling("cli.properties"), "jboss.server.base.dir=" + base);
  }

  private static String dataSource(String name, String driver) {
    return "data-source add --connection-url=${env.ORDERS_URL} " + source(name, driver);
  }

  private static String xaDataSource(String name, String driver) {
    return "xa-data-source add --xa-datasource-properties={\"URL\"=>\"${env.ORDERS_URL}\"} "
        + source(name, driver);
  }

  private static String source(String name, String driver) {
    return "--name="
        + name
        + " --jndi-name=java:jboss/datasources/"
        + name
        + " --driver-name="
        + driver
        + " --user-name="
        + Database.USER
        + " --password="
        + Database.PASSWORD;
  }

  private Script script(String name, String... arguments) {
    return Script.of(jdk, home.resolve("bin").resolve(name), arguments)
        .environment("JBOSS_MODULEPATH", home.resolve("modules") + ":" + modules)
        .deadline(Duration.ofMinutes(5));
  }

  /** Starts WildFly, uses it, and stops it. */
  String run(Database database) throws Exception {
    Path ownBase = database.directory().resolve("standalone");
    ServerFiles.copy(base, ownBase);
    String address = Loopback.address();
    Script start =
        script("standalone.sh", "-b", address, "-bmanagement", address)
            .environment("JBOSS_BASE_DIR", ownBase.toString())
            .environment("RUN_CONF", settings(database).toString())
            .environment(
                "LAUNCH_JBOSS_IN_BACKGROUND", "true") // so that the server receives SIGTERM
            .environment("ORDERS_URL", database.url())
            .environment(database.environment());
    JvmResult result;
    try (RunningJvm server = start.start()) {
      server.awaitOut("- Started "); // successfully or with errors
      work(new WebClient("http://" + address + ":8080"));
      result = server.terminate();
    }
    Path log = ownBase.resolve("log").resolve("server.log");
    String all = result.out() + result.err() + Files.readString(log);
    assertThat(all)
        .contains("WFLYSRV0025") // started
        .contains("WFLYSRV0050") // stopped
        .doesNotContain("WFLYLOG0078"); // the JVM has the wrong log manager
    assertThat(Files.readString(log)).doesNotContain("[stderr]");
    return all;
  }

  /** Adds the flags to {@code standalone.conf}, as its manual describes. */
  private Path settings(Database database) throws IOException {
    String published = Files.readString(home.resolve("bin").resolve("standalone.conf"));
    return Files.writeString(
        database.directory().resolve("standalone.conf"),
        database.isTunnelled()
            ? published + "\n" + new RolloutFile("wildfly/standalone.conf").onThisMachine()
            : published);
  }

  private static void work(WebClient client) throws Exception {
    WebApplication.work(client, "java:comp/env/jdbc/orders");
    WebApplication.work(client, "java:jboss/datasources/Deployed");
    assertThat(
            client.get(
                "/orders/ledger.jsp?one=java:jboss/datasources/Ledger"
                    + "&other=java:jboss/datasources/DeployedLedger"))
        .isEqualTo("2 entries of 12 in 2 branches");
  }
}
