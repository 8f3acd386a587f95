package io.github.alloydbagent.compatibility;

import io.github.alloydbagent.jvm.Jdk;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests libraries that map objects to tables or generate SQL. */
@Tag("compatibility")
class PersistenceIT {

  @TempDir private static Path directory;
  private static Comparison comparison;

  @BeforeAll
  static void start() throws Exception {
    comparison = new Comparison(directory);
  }

  @AfterAll
  static void stop() {
    comparison.close();
  }

  @Test
  void hibernateWorks() throws Exception {
    works(
        "Hibernate",
        "hibernate-core",
        "hibernate",
        17,
        "HikariCP; schema creation and validation, batches, relations, JPQL, criteria,"
            + " optimistic locking with several threads, rollback",
        """
        pieces: [Ada 210, Grace 210], a page of 7, items: 80
        rolled back, left: 0
        too late: true
        visits: 40
        removed with 20 orders
        the schema is as mapped
        pieces: [Grace 210], a page of 7, items: 40
        """);
  }

  @Test
  @Tag("heavy")
  void hibernate5WorksOnJava8() throws Exception {
    works(
        "Hibernate",
        "hibernate-core",
        "hibernate-5",
        8,
        "c3p0; XML mapping; schema creation and validation, batches, relations, HQL,"
            + " optimistic locking with several threads, rollback",
        """
        pieces: [Ada 210, Grace 210], a page of 7, items: 80
        rolled back, left: 40
        too late
        visits: 40
        removed with 20 orders
        the schema is as mapped
        pieces: [Grace 210], a page of 7, items: 40
        """);
  }

  @Test
  void jooqWorks() throws Exception {
    checkJooq("jooq", 17);
  }

  @Test
  @Tag("heavy")
  void theLastJooqForJava8Works() throws Exception {
    checkJooq("jooq-java8", 8);
  }

  private static void checkJooq(String application, int java) throws Exception {
    works(
        "jOOQ",
        "jooq",
        application,
        java,
        "HikariCP; table creation, inserts, joins, window functions, batches, a server-side"
            + " cursor, savepoints, rollback",
        """
        Ada: 5 orders
        Grace: 5 orders
        best: Grace, 230 pieces
        C23_INTEGRITY_CONSTRAINT_VIOLATION, left: 40
        [Ada, Grace, Jean]
        changed: 4
        pieces: 1032
        1 reference, 40 orders
        """);
  }

  @Test
  void myBatisWorks() throws Exception {
    works(
        "MyBatis",
        "mybatis",
        "mybatis",
        17,
        "its own pool; table creation, batches, lazy relations, dynamic SQL, a server-side"
            + " cursor, versioning, 8 threads, rollback",
        """
        Ada: 20 orders
        Grace: 20 orders
        Ada: 5 late orders
        lazily: 20 orders
        pieces: 380
        rolled back, left: 40
        changed: 1, too late: 0
        read: 320
        """);
  }

  /**
   * @param artifact the library whose version the page shows
   * @param application the module that uses it
   * @param did a description of its work, for the page
   * @param printed texts that it must print
   */
  private static void works(
      String library, String artifact, String application, int java, String did, String printed)
      throws Exception {
    ClassPathProgram program = new ClassPathProgram(application, Jdk.require(java));
    comparison.run(database -> program.run(database, printed));
    new PageTable("applications")
        .holds(library + " " + program.version(artifact), String.valueOf(java), did, "yes", "yes");
  }
}
