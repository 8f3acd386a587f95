package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.Script;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests ActiveMQ as a server with its web console, started by its own script. */
@Tag("compatibility")
@Tag("heavy")
class ActiveMqServerIT {

  private static final Path HOME =
      Built.application("activemq-server").resolve("apache-activemq-5.18.3");

  /**
   * The distribution's producer command has a race: its thread reports that it has finished before
   * it closes its JMS producer (ProducerThread.run), so the command may close the connection first.
   * The broker then receives a request to remove a producer of a connection that it no longer
   * knows, or the producer finds its connection closed.
   */
  private static final String RACE =
      "(?m)^.* DEBUG \\| (Error occurred while processing async command: RemoveInfo |Async error"
          + " occurred: ).*\\R"
          + "java\\.lang\\.NullPointerException.*\\R"
          + "\tat org\\.apache\\.activemq\\.broker\\.TransportConnection"
          + "\\.processRemoveProducer\\(.*\\R"
          + "(\tat .*\\R)+"
          + "|^org\\.apache\\.activemq\\.ConnectionClosedException: .*\\R"
          + "(\tat .*\\R)*?"
          + "\tat org\\.apache\\.activemq\\.ActiveMQMessageProducer\\.close\\(.*\\R"
          + "\tat org\\.apache\\.activemq\\.util\\.ProducerThread\\.run\\(.*\\R";

  @TempDir Path directory;

  @Test
  void messagesSurviveARestart() throws Exception {
    try (Comparison comparison = new Comparison(directory)) {
      comparison.run(database -> new Server(database).run());
    }
    new PageTable("applications")
        .holds(
            "ActiveMQ 5.18.3, as a server",
            "17",
            "activemq.xml with jdbcPersistenceAdapter and all its connectors; bin/activemq start,"
                + " producer, stop, start, consumer, stop",
            "yes",
            "yes");
  }

  /** A separate directory for the distribution's script: {@code ACTIVEMQ_BASE}. */
  private static final class Server {

    private final Database database;
    private final Path base;
    private final String address = Loopback.address();
    private final Path output;
    private final StringBuilder said = new StringBuilder();

    Server(Database database) {
      this.database = database;
      this.base = database.directory();
      this.output = base.resolve("output");
    }

    String run() throws IOException, InterruptedException {
      configure();
      List<String> where =
          List.of("--brokerUrl", "tcp://" + address + ":61616", "--destination", "queue://orders");
      serve("producer", where, "--messageCount", "100", "--messageSize", "20000");
      assertThat(said).contains("Produced: 100 messages");
      serve("consumer", where, "--messageCount", "100");
      assertThat(said).contains("Consumed: 100 messages");
      String all = said + Files.readString(base.resolve("data/activemq.log"));
      return all.replaceAll(RACE, "");
    }

    /** Runs the broker while a client runs. */
    private void serve(String client, List<String> where, String... what)
        throws IOException, InterruptedException {
      Files.deleteIfExists(output);
      hear(script("start"));
      long pid = Long.parseLong(Files.readString(base.resolve("data/activemq.pid")).trim());
      ProcessHandle broker = ProcessHandle.of(pid).orElseThrow();
      try {
        LogFile.await(output, "Jolokia REST API available", broker);
        hear(script(Stream.of(List.of(client), where, List.of(what))));
        hear(script("stop"));
        assertThat(broker.isAlive()).as("the broker still runs").isFalse();
        said.append(Files.readString(output));
      } finally {
        broker.destroyForcibly();
      }
    }

    private void hear(Script script) {
      JvmResult result = script.run().checkSucceeded();
      said.append(result.out()).append(result.err());
    }

    private Script script(Stream<List<String>> arguments) {
      return script(arguments.flatMap(List::stream).toArray(String[]::new));
    }

    private Script script(String... arguments) {
      String options =
          "-Xmx256m -Djava.util.logging.config.file=logging.properties"
              + " -Djava.security.auth.login.config="
              + base.resolve("conf/login.config");
      return Script.of(Jdk.running(), HOME.resolve("bin/activemq"), arguments)
          .environment(database.environment())
          .environment("ACTIVEMQ_BASE", base.toString())
          .environment("ACTIVEMQ_OUT", output.toString())
          .environment("ACTIVEMQ_KILL_MAXSECONDS", "180")
          .environment("ACTIVEMQ_OPTS", options + " " + database.jvmOptions())
          .deadline(Duration.ofMinutes(4));
    }

    /**
     * Configures the server as the manual describes: the driver in lib, the persistence in
     * activemq.xml.
     */
    private void configure() throws IOException {
      for (String each : List.of("conf", "data", "tmp", "lib")) {
        Files.createDirectory(base.resolve(each));
      }
      Files.copy(Built.newestDriver(), base.resolve("lib/postgresql.jar"));
      try (Stream<Path> files = Files.list(HOME.resolve("conf"))) {
        for (Path each : (Iterable<Path>) files::iterator) {
          Files.copy(each, base.resolve("conf").resolve(each.getFileName()));
        }
      }
      replace(
          "conf/activemq.xml",
          "<kahaDB [^>]*/>",
          "<jdbcPersistenceAdapter dataSource='#database'/>");
      replace(
          "conf/activemq.xml",
          "</broker>",
          """
          </broker>
          <bean id="database" class="org.apache.commons.dbcp2.BasicDataSource"
              destroy-method="close">
            <property name="driverClassName" value="org.postgresql.Driver"/>
            <property name="url" value="%s"/>
            <property name="username" value="%s"/>
            <property name="password" value="%s"/>
            <property name="poolPreparedStatements" value="true"/>
          </bean>
          """
              .formatted(database.url(), Database.USER, Database.PASSWORD));
      // at WARN the broker logs that an error occurred, but not which one
      replace(
          "conf/log4j2.properties",
          "\\z",
          """

          logger.service.name=org.apache.activemq.broker.TransportConnection.Service
          logger.service.level=DEBUG
          """);
      replace("conf/activemq.xml", "://0\\.0\\.0\\.0:", "://" + address + ":");
      replace("conf/jetty.xml", "\"127\\.0\\.0\\.1\"", '"' + address + '"');
    }

    private void replace(String file, String pattern, String text) throws IOException {
      Path path = base.resolve(file);
      String before = Files.readString(path);
      assertThat(before).as(file).containsPattern(pattern);
      Files.writeString(path, before.replaceAll(pattern, text));
    }
  }
}
