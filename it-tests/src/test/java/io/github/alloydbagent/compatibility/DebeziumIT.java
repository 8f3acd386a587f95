package io.github.alloydbagent.compatibility;

import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.local.LocalAlloyDb;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a client of logical replication. */
@Tag("compatibility")
@Tag("heavy")
class DebeziumIT {

  @TempDir Path directory;

  @Test
  void capturesChangesAndContinuesAfterARestart() throws Exception {
    ClassPathProgram program = new ClassPathProgram("debezium", Jdk.require(17));
    String printed =
        """
        snapshot: [r 1 desk, r 2 lamp, r 3 chair]
        streamed: [c 4 shelf, u 1 long desk, d 2]
        after a restart: [c 6 clock, c 7 rug]
        """;

    try (Comparison comparison =
        new Comparison(directory, LocalAlloyDb.builder().postgres("wal_level", "logical"))) {
      try (Connection connection = comparison.alloyDb().superuser();
          Statement statement = connection.createStatement()) {
        statement.execute("ALTER ROLE " + Database.USER + " REPLICATION");
        statement.execute("GRANT CREATE ON DATABASE postgres TO " + Database.USER);
      }
      comparison.run(database -> program.run(database, printed));
    }

    new PageTable("applications")
        .holds(
            "Debezium " + program.version("debezium-embedded"),
            "17",
            "embedded; captures a snapshot and changes through logical replication"
                + " (pgoutput), continues after a restart",
            "yes",
            "yes");
  }
}
