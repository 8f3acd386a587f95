package io.github.alloydbagent.compatibility;

import io.github.alloydbagent.jvm.Jdk;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests Apache Spark in local mode. */
@Tag("compatibility")
@Tag("heavy")
class SparkIT {

  /**
   * The packages that Spark's launcher opens ({@code JavaModuleOptions}), as far as they exist in
   * Java 17.
   */
  private static final String[] OPENED =
      Stream.of(
              "java.base/java.lang",
              "java.base/java.lang.invoke",
              "java.base/java.lang.reflect",
              "java.base/java.io",
              "java.base/java.net",
              "java.base/java.nio",
              "java.base/java.util",
              "java.base/java.util.concurrent",
              "java.base/java.util.concurrent.atomic",
              "java.base/jdk.internal.ref",
              "java.base/sun.nio.ch",
              "java.base/sun.nio.cs",
              "java.base/sun.security.action",
              "java.base/sun.util.calendar",
              "java.security.jgss/sun.security.krb5")
          .map(packageName -> "--add-opens=" + packageName + "=ALL-UNNAMED")
          .toArray(String[]::new);

  @TempDir Path directory;

  @Test
  void readsAndWritesWithManyTasks() throws Exception {
    ClassPathProgram program =
        new ClassPathProgram("spark", Jdk.require(17))
            .flags("-Xmx1g", "--add-modules=jdk.incubator.vector")
            .flags(OPENED)
            .flags("-Dio.netty.tryReflectionSetAccessible=true");
    String printed =
        """
        in 8 parts: 199990000 in sum, by 8 sessions
        outside: 25 sensors, 10000 readings, coldest 9975.0
        """;

    try (Comparison comparison = new Comparison(directory)) {
      comparison.run(database -> program.run(database, printed));
    }

    new PageTable("applications")
        .holds(
            "Apache Spark " + program.version("spark-sql_2.13"),
            "17",
            "local mode; 8 tasks read parts of a table, others write and join tables",
            "yes",
            "yes");
  }
}
