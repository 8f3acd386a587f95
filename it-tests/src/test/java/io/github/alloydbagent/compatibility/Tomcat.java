package io.github.alloydbagent.compatibility;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Tomcat with a separate base directory, a data source for every application, and its manager. */
final class Tomcat {

  private static final String PREFIX = "apache-tomcat-";
  private static final String DATA_SOURCE = "java:comp/env/jdbc/orders";
  private static final String LOADER = "org.apache.catalina.loader.ParallelWebappClassLoader";

  /**
   * Messages that appear in some runs, with and without the agent: that the machine is slow, and
   * that the driver's cleaner finds its application gone, which two threads then log concurrently.
   */
  private static final List<String> OCCASIONAL_MESSAGES =
      List.of(
          "SessionIdGeneratorBase.createSecureRandom",
          "org.postgresql.util.LazyCleanerImpl",
          "org/postgresql/util/LazyCleanerImpl");

  private final Jdk jdk;
  private final boolean hasDriver;
  private final Path home;
  private final List<Long> loaders = new ArrayList<>();

  /**
   * @param hasDriver whether Tomcat has the driver, or the applications bring it
   */
  Tomcat(Jdk jdk, String module, boolean hasDriver) throws IOException {
    this.jdk = jdk;
    this.hasDriver = hasDriver;
    home = ServerFiles.distribution(module, PREFIX);
  }

  String version() {
    return ServerFiles.version(home, PREFIX);
  }

  /** Returns the number of applications' class loaders at the end of each run. */
  List<Long> loaders() {
    return loaders;
  }

  /**
   * Starts Tomcat, deploys the application, uses it, redeploys and uses it this many times, and
   * stops Tomcat.
   */
  String run(Database database, int redeployments) throws Exception {
    Path base = database.directory();
    String address = Loopback.address();
    configure(base, database, address);
    JvmResult result;
    try (RunningJvm server = script(base, "run").environment(database.environment()).start()) {
      server.awaitErr("Server startup in");
      WebClient client = new WebClient("http://" + address + ":8080", "deployer", "secret");
      for (int i = 0; i <= redeployments; i++) {
        deploy(client);
        WebApplication.work(client, DATA_SOURCE);
      }
      if (redeployments > 0) {
        awaitNoLeaks(client);
        loaders.add(loaders(server));
      }
      script(base, "stop").run().checkSucceeded();
      result = server.await().checkSucceeded();
    }
    return (result.out() + result.err() + ServerFiles.logs(base.resolve("logs")))
        .lines()
        .filter(line -> OCCASIONAL_MESSAGES.stream().noneMatch(line::contains))
        .collect(Collectors.joining("\n"));
  }

  private void deploy(WebClient client) throws Exception {
    Path war = hasDriver ? WebApplication.war() : WebApplication.warWithDriver();
    assertThat(client.put("/manager/text/deploy?path=/orders&update=true", war))
        .startsWith("OK - Deployed");
  }

  /**
   * An application's driver ends one of its threads half a minute after its last connection. The
   * count of class loaders shows whether all have ended.
   */
  private static void awaitNoLeaks(WebClient client) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!client.get("/manager/text/findleaks?statusLine=true").startsWith("OK - No memory leaks")
        && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(500);
    }
  }

  /** Includes the manager's own class loader. */
  private long loaders(RunningJvm server) throws IOException, InterruptedException {
    Process jcmd =
        new ProcessBuilder(
                jdk.tool("jcmd").toString(), String.valueOf(server.pid()), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String histogram = new String(jcmd.getInputStream().readAllBytes(), UTF_8);
    assertThat(jcmd.waitFor()).as(histogram).isZero();
    return histogram
        .lines()
        .map(line -> line.trim().split("\\s+"))
        .filter(columns -> columns.length > 3 && columns[3].equals(LOADER))
        .mapToLong(columns -> Long.parseLong(columns[1]))
        .sum();
  }

  private Script script(Path base, String command) {
    return Script.of(jdk, home.resolve("bin").resolve("catalina.sh"), command)
        .environment("JRE_HOME", jdk.home().toString())
        .environment("CATALINA_HOME", home.toString())
        .environment("CATALINA_BASE", base.toString())
        .deadline(Duration.ofMinutes(8));
  }

  private void configure(Path base, Database database, String address) throws IOException {
    for (String each : new String[] {"bin", "lib", "logs", "temp", "webapps"}) {
      Files.createDirectory(base.resolve(each));
    }
    if (hasDriver) {
      Files.copy(Built.newestDriver(), base.resolve("lib").resolve("postgresql.jar"));
    }
    // softly reachable objects, such as cached resource bundles, are not a leak
    Files.writeString(
        base.resolve("bin").resolve("setenv.sh"),
        "CATALINA_OPTS=\"-Xmx256m -XX:SoftRefLRUPolicyMSPerMB=0\"\n"
            + (database.isTunnelled() ? new RolloutFile("tomcat/setenv.sh").onThisMachine() : ""));
    Path conf = base.resolve("conf");
    ServerFiles.copy(home.resolve("conf"), conf);
    String listen = "address=\"" + address + "\" port=";
    ServerFiles.replace(conf.resolve("server.xml"), "<Server port=", "<Server " + listen);
    ServerFiles.replace(
        conf.resolve("server.xml"),
        "<Connector port=\"8080\"",
        "<Connector " + listen + "\"8080\"");
    ServerFiles.replace(
        conf.resolve("context.xml"), "</Context>", dataSource(database) + "</Context>");
    ServerFiles.replace(
        conf.resolve("tomcat-users.xml"),
        "</tomcat-users>",
        "<user username=\"deployer\" password=\"secret\" roles=\"manager-script\"/></tomcat-users>");
    Path contexts = Files.createDirectories(conf.resolve("Catalina").resolve("localhost"));
    Files.writeString(
        contexts.resolve("manager.xml"),
        "<Context privileged=\"true\" docBase=\"${catalina.home}/webapps/manager\"/>");
  }

  private static String dataSource(Database database) {
    return "<Resource name=\"jdbc/orders\" auth=\"Container\" type=\"javax.sql.DataSource\""
        + " driverClassName=\"org.postgresql.Driver\" url=\""
        + database.url()
        + "\" username=\""
        + Database.USER
        + "\" password=\""
        + Database.PASSWORD
        + "\" maxTotal=\"10\"/>";
  }
}
