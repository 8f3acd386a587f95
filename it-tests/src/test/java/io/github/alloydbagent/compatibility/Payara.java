package io.github.alloydbagent.compatibility;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Payara Micro, standalone, with its own pool. */
final class Payara {

  private static final String PREFIX = "payara-micro-";

  private final Jdk jdk;
  private final Path jar = ServerFiles.distribution("payara", PREFIX);

  Payara(Jdk jdk) throws IOException {
    this.jdk = jdk;
  }

  String version() {
    return ServerFiles.version(jar, PREFIX).replace(".jar", "");
  }

  String run(Database database) throws Exception {
    Path directory = database.directory();
    String address = Loopback.address();
    Path temporary = Files.createDirectory(directory.resolve("tmp"));
    Jvm jvm =
        Jvm.of(jdk)
            .flags("-Xmx384m", "-Djava.io.tmpdir=" + temporary)
            .flags(database.jvmFlags().toArray(String[]::new))
            .environment(database.environment())
            .directory(directory)
            .deadline(Duration.ofMinutes(5))
            .jar(
                jar,
                "--rootDir",
                directory.resolve("root").toString(),
                "--prebootcommandfile",
                listenAt(address, directory).toString(),
                "--postbootcommandfile",
                pool(database).toString(),
                "--addLibs",
                Built.newestDriver().toString(),
                "--deploy",
                WebApplication.war().toString(),
                "--nocluster",
                "--disablephonehome");
    try (RunningJvm server = jvm.start()) {
      server.awaitErr(" ready in ");
      WebApplication.work(
          new WebClient("http://" + address + ":8080"), "java:comp/env/jdbc/orders");
      JvmResult result = server.terminate();
      return result.out() + result.err();
    }
  }

  private static Path listenAt(String address, Path directory) throws IOException {
    return Files.writeString(
        directory.resolve("preboot"),
        "set configs.config.server-config.network-config.network-listeners"
            + ".network-listener.http-listener.address="
            + address
            + "\n");
  }

  private static Path pool(Database database) throws IOException {
    return Files.write(
        database.directory().resolve("postboot"),
        List.of(
            "create-jdbc-connection-pool --restype javax.sql.DataSource"
                + " --datasourceclassname org.postgresql.ds.PGSimpleDataSource --property"
                + " serverName="
                + database.host()
                + ":portNumber="
                + database.port()
                + ":databaseName="
                + Database.NAME
                + ":user="
                + Database.USER
                + ":password="
                + Database.PASSWORD
                + " orders-pool",
            "create-jdbc-resource --connectionpoolid orders-pool jdbc/orders"));
  }
}
