package io.github.alloydbagent.compatibility;

import io.github.alloydbagent.jvm.Jdk;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests connection pools: the newest versions, and the last ones that run on Java 8. */
@Tag("compatibility")
class PoolsIT {

  /** Artifacts and the common names of the pools. */
  private static final Map<String, String> NAMES = new LinkedHashMap<>();

  static {
    NAMES.put("HikariCP", "HikariCP");
    NAMES.put("tomcat-jdbc", "Tomcat JDBC Pool");
    NAMES.put("commons-dbcp2", "Commons DBCP");
    NAMES.put("c3p0", "c3p0");
    NAMES.put("agroal-pool", "Agroal");
    NAMES.put("vibur-dbcp", "Vibur DBCP");
  }

  @TempDir Path directory;

  @Test
  void newestPoolsWorkAndRecoverFromLostConnections() throws Exception {
    check("pools", 17);
  }

  @Test
  @Tag("heavy")
  void lastPoolsForJava8WorkAndRecoverFromLostConnections() throws Exception {
    check("pools-java8", 8);
  }

  private void check(String application, int java) throws Exception {
    ClassPathProgram program = new ClassPathProgram(application, Jdk.require(java));
    String[] pools = NAMES.keySet().toArray(String[]::new);
    String printed =
        NAMES.keySet().stream()
            .map(
                pool ->
                    pool
                        + ": 48 moves committed, 5 connections, 5 ended while idle,"
                        + " 96 moves committed, one ended in use (57P01), 144 moves committed\n")
            .collect(Collectors.joining());

    try (Comparison comparison = new Comparison(directory)) {
      comparison.run(database -> program.run(database, printed, pools));
    }

    PageTable page = new PageTable("applications");
    NAMES.forEach(
        (artifact, name) ->
            page.holds(
                name + " " + program.version(artifact),
                String.valueOf(java),
                "8 threads, 5 connections, commits and rollbacks; validation; replacement of"
                    + " connections lost while idle or in use",
                "yes",
                "yes"));
  }
}
