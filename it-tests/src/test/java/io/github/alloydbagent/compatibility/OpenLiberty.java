package io.github.alloydbagent.compatibility;

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
import java.util.Properties;

/** Open Liberty with a separate server. */
final class OpenLiberty {

  private final Jdk jdk;
  private final Path home = ServerFiles.distribution("open-liberty", "wlp");

  OpenLiberty(Jdk jdk) throws IOException {
    this.jdk = jdk;
  }

  String version() throws IOException {
    Path file = home.resolve("lib").resolve("versions").resolve("openliberty.properties");
    Properties properties = new Properties();
    try (var reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    return properties.getProperty("com.ibm.websphere.productVersion");
  }

  String run(Database database) throws Exception {
    String address = Loopback.address();
    configure(database, address);
    JvmResult result;
    try (RunningJvm server = script(database, "run").environment(database.environment()).start()) {
      server.awaitOut("CWWKT0016I"); // an application is deployed
      server.awaitOut("CWWKF0011I"); // the server is ready
      WebApplication.work(
          new WebClient("http://" + address + ":9080"), "java:comp/env/jdbc/orders");
      script(database, "stop").run().checkSucceeded();
      result = server.await().checkSucceeded();
    }
    Path logs = database.directory().resolve("out").resolve("orders").resolve("logs");
    return result.out() + result.err() + ServerFiles.logs(logs);
  }

  private Script script(Database database, String command) {
    return Script.of(jdk, home.resolve("bin").resolve("server"), command, "orders")
        .environment("WLP_USER_DIR", database.directory().resolve("usr").toString())
        .environment("WLP_OUTPUT_DIR", database.directory().resolve("out").toString())
        .deadline(Duration.ofMinutes(5));
  }

  private static void configure(Database database, String address) throws IOException {
    Path server = database.directory().resolve("usr").resolve("servers").resolve("orders");
    Path applications = Files.createDirectories(server.resolve("dropins"));
    Files.copy(WebApplication.war(), applications.resolve("orders.war"));
    Files.copy(Built.newestDriver(), server.resolve("postgresql.jar"));
    Files.writeString(
        server.resolve("jvm.options"),
        "-Xmx256m\n"
            + (database.isTunnelled()
                ? new RolloutFile("liberty/jvm.options").onThisMachine()
                : ""));
    Files.writeString(
        server.resolve("server.xml"),
        """
        <server>
          <featureManager>
            <feature>pages-3.1</feature>
            <feature>jdbc-4.3</feature>
            <feature>jndi-1.0</feature>
          </featureManager>
          <httpEndpoint id="defaultHttpEndpoint" host="%s" httpPort="9080" httpsPort="-1"/>
          <library id="driver"><file name="${server.config.dir}/postgresql.jar"/></library>
          <dataSource jndiName="jdbc/orders">
            <jdbcDriver libraryRef="driver"/>
            <properties.postgresql URL="%s" user="%s" password="%s"/>
          </dataSource>
        </server>
        """
            .formatted(address, database.url(), Database.USER, Database.PASSWORD));
  }
}
