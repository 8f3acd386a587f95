package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests ActiveMQ with its message store in the database. */
@Tag("compatibility")
class ActiveMqIT {

  @TempDir Path directory;

  @Test
  void messagesSurviveABrokerRestart() throws Exception {
    try (Comparison comparison = new Comparison(directory)) {
      comparison.run(ActiveMqIT::run);
    }
    new PageTable("applications")
        .holds(
            "ActiveMQ 6.3.1",
            "17",
            "a broker with JDBC persistence and a database lock; accepts messages for a queue"
                + " and a durable subscriber and stops; a second broker delivers them",
            "yes",
            "yes");
  }

  private static String run(Database database) {
    JvmResult sent = messages("send", database);
    assertThat(sent.outLines()).containsExactly("sent");
    JvmResult received = messages("receive", database);
    assertThat(received.outLines())
        .containsExactly("news: 40, 273 characters", "orders: 40, 400353 characters");
    return sent.err() + received.err();
  }

  private static JvmResult messages(String what, Database database) {
    return Jvm.chosen()
        .flags(database.jvmFlags().toArray(String[]::new))
        .environment(database.environment())
        .classPath(Built.applicationClassPath("activemq"))
        .deadline(Duration.ofMinutes(2))
        .main(
            "shop.Messages",
            what,
            database.url(),
            Database.USER,
            Database.PASSWORD,
            database.directory().toString())
        .run()
        .checkSucceeded();
  }
}
