package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests small web applications, each built as the manual of its framework describes. */
@Tag("compatibility")
class FrameworksIT {

  private static final PageTable PAGE = new PageTable("applications");

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
  void springBoot4() throws Exception {
    springBoot("spring-boot-4", 17, "launch.LaunchedClassLoader", "");
  }

  @Test
  @Tag("heavy")
  void springBoot4OnVirtualThreads() throws Exception {
    springBoot(
        "spring-boot-4",
        25,
        "launch.LaunchedClassLoader",
        ", virtual threads",
        "--spring.threads.virtual.enabled=true");
  }

  @Test
  @Tag("heavy")
  void springBoot2() throws Exception {
    springBoot("spring-boot-2", 8, "LaunchedURLClassLoader", "");
  }

  private static void springBoot(
      String module, int java, String loader, String variant, String... more) throws Exception {
    String version = version(module, "spring-boot.version");
    Jdk jdk = Jdk.require(java);
    Path jar = Built.application(module).resolve("orders.jar");
    OrdersApplication application =
        new OrdersApplication(
            comparison.alloyDb(),
            database ->
                Jvm.of(jdk)
                    .property("spring.datasource.url", database.url())
                    .property("spring.datasource.username", Database.USER)
                    .property("spring.datasource.password", Database.PASSWORD)
                    .property("server.address", "127.0.0.1")
                    .property("server.port", "0")
                    .jar(jar, more),
            "Tomcat started on port(?:\\(s\\):)? (\\d+) (?s:.*)Started OrdersApplication in",
            "/actuator/health",
            "\"database\":\"PostgreSQL\"",
            client -> assertOwnClasses(client, "org.springframework.boot.loader." + loader));
    comparison.run(
        database -> {
          String log = application.run(database);
          assertThat(log)
              .contains(":: Spring Boot ::", "(v" + version + ")")
              .contains("Successfully applied 2 migrations to schema \"public\"")
              .contains("HikariPool-1 - Shutdown completed.");
          // the application logs this line through java.util.logging
          assertThat(log).containsPattern(" INFO .* orders.taken +: taken: bücherregal 01\n");
          return log;
        });
    PAGE.holds(
        "Spring Boot " + version + variant,
        String.valueOf(java),
        "fat jar: Flyway migrations, Spring Data JPA and HikariCP behind HTTP, a rollback, health,"
            + " SIGTERM",
        "yes",
        "yes");
  }

  /**
   * The agent bundles other versions of these libraries, or libraries that the application does not
   * have.
   */
  private static void assertOwnClasses(OrdersOverHttp client, String loader) throws Exception {
    for (String own : List.of("org.postgresql.Driver", "net.bytebuddy.ByteBuddy")) {
      assertThat(client.get("/classes/" + own)).isEqualTo(loader);
    }
    for (String agents :
        List.of("com.google.auth.oauth2.GoogleCredentials", "com.google.common.cache.Cache")) {
      assertThat(client.get("/classes/" + agents)).isEqualTo("absent");
    }
  }

  @Test
  @Tag("heavy")
  void quarkus() throws Exception {
    String version = version("quarkus", "quarkus.version");
    Path jar = Built.application("quarkus").resolve("quarkus-app").resolve("quarkus-run.jar");
    OrdersApplication application =
        new OrdersApplication(
            comparison.alloyDb(),
            database ->
                Jvm.of(Jdk.require(17))
                    .property("quarkus.datasource.jdbc.url", database.url())
                    .property("quarkus.datasource.username", Database.USER)
                    .property("quarkus.datasource.password", Database.PASSWORD)
                    .property("quarkus.http.host", "127.0.0.1")
                    .property("quarkus.http.port", "0")
                    .jar(jar),
            "\\(powered by Quarkus " + version + "\\) started in .* Listening on: .*:(\\d+)\n",
            "/q/health/ready",
            "Database connections health check",
            client -> {});
    comparison.run(application);
    PAGE.holds(
        "Quarkus " + version,
        "17",
        "fast-jar: Hibernate ORM with Panache and Agroal behind HTTP, a rollback, health, SIGTERM",
        "yes",
        "yes");
  }

  @Test
  @Tag("heavy")
  void micronaut() throws Exception {
    String version = version("micronaut", "micronaut.version");
    Path jar = Built.application("micronaut").resolve("orders.jar");
    OrdersApplication application =
        new OrdersApplication(
            comparison.alloyDb(),
            database ->
                Jvm.of(Jdk.require(17))
                    .property("datasources.default.url", database.url())
                    .property("datasources.default.username", Database.USER)
                    .property("datasources.default.password", Database.PASSWORD)
                    .property("micronaut.server.host", "127.0.0.1")
                    .property("micronaut.server.port", "-1")
                    .jar(jar),
            "Server Running: http://127.0.0.1:(\\d+)\n",
            "/health",
            "\"database\":\"PostgreSQL\"",
            client -> {});
    comparison.run(application);
    PAGE.holds(
        "Micronaut " + version,
        "17",
        "shaded jar: Micronaut Data JDBC and HikariCP behind HTTP, a rollback, health, SIGTERM",
        "yes",
        "yes");
  }

  @Test
  @Tag("heavy")
  void dropwizard() throws Exception {
    String version = version("dropwizard", "dropwizard.version");
    Path jar = Built.application("dropwizard").resolve("orders.jar");
    OrdersApplication application =
        new OrdersApplication(
            comparison.alloyDb(),
            database ->
                Jvm.of(Jdk.require(17)).jar(jar, "server", dropwizardConfiguration(database)),
            "Started OrdersApplication@.*\\{127\\.0\\.0\\.1:(\\d+)}",
            "/admin/healthcheck",
            "\"orders\":{\"healthy\":true",
            client -> {});
    comparison.run(application);
    PAGE.holds(
        "Dropwizard " + version,
        "17",
        "shaded jar: JDBI 3 and Tomcat JDBC pool behind HTTP, a rollback, health, SIGTERM",
        "yes",
        "yes");
  }

  /** Returns a version that the application was built with, from a property of its POM. */
  private static String version(String module, String property) throws IOException {
    String pom = Files.readString(Built.application(module).resolveSibling("pom.xml"));
    String begin = "<" + property + ">";
    int at = pom.indexOf(begin) + begin.length();
    return pom.substring(at, pom.indexOf("</", at));
  }

  private static String dropwizardConfiguration(Database database) throws IOException {
    Path file = database.directory().resolve("orders.yml");
    Files.writeString(
        file,
        """
        server:
          type: simple
          applicationContextPath: /
          adminContextPath: /admin
          connector:
            type: http
            bindHost: 127.0.0.1
            port: 0
        database:
          driverClass: org.postgresql.Driver
          url: %s
          user: %s
          password: %s
          initialSize: 4
          minSize: 4
          maxSize: 4
        """
            .formatted(database.url(), Database.USER, Database.PASSWORD));
    return file.toString();
  }
}
