package io.github.alloydbagent.jvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Locates the build's artifacts for spawned JVMs. */
public final class Built {

  /** The driver versions for {@link #driver}, oldest first. */
  public static final List<String> DRIVERS =
      List.of("9.1-901-1.jdbc4", "9.4.1208", "42.2.5", "42.7.14");

  private Built() {}

  /** Returns the agent's published jar. */
  public static Path agentJar() {
    return existing(Path.of(System.getProperty("agent.jar", "../agent/target/alloydb-agent.jar")));
  }

  /** Returns the client programs of {@code src/apps}. */
  public static Path apps() {
    return existing(Path.of("target", "apps"));
  }

  /** Returns a published driver; see {@link #DRIVERS}. */
  public static Path driver(String version) {
    return existing(Path.of("target", "drivers", "postgresql-" + version + ".jar"));
  }

  public static Path newestDriver() {
    return driver(DRIVERS.get(DRIVERS.size() - 1));
  }

  /**
   * Returns the drivers that the module {@code drivers} has fetched.
   *
   * @param set {@code sample}, {@code all}, {@code wrapper} or {@code others}
   */
  public static List<Path> drivers(String set) {
    try (Stream<Path> jars = Files.list(existing(Path.of("..", "drivers", "target", set)))) {
      return jars.filter(each -> each.toString().endsWith(".jar")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the newest driver, relocated to the package {@code com.acme.database}. */
  public static Path relocatedDriver() {
    return existing(Path.of("..", "drivers", "relocated", "target", "relocated-driver.jar"));
  }

  /** Returns the build output ({@code target}) of an application below {@code applications}. */
  public static Path application(String name) {
    return existing(Path.of("applications", name, "target"));
  }

  /** Returns the classes of such an application and the libraries that it was compiled with. */
  public static List<Path> applicationClassPath(String name) {
    Path target = application(name);
    return Stream.concat(
            Stream.of(existing(target.resolve("classes"))),
            entries(target.resolve("classpath.txt")))
        .toList();
  }

  /** Returns the agent's classes and its test classes, from before they are packaged. */
  public static List<Path> agentTests() {
    Path target = Path.of("..", "agent", "target");
    return Stream.concat(
            Stream.of(
                existing(target.resolve("test-classes")), existing(target.resolve("classes"))),
            entries(target.resolve("test-classpath.txt")))
        .toList();
  }

  /** Returns the agent's classes from before they are packaged. */
  public static Path agentClasses() {
    return existing(Path.of("..", "agent", "target", "classes"));
  }

  /**
   * Returns a library for applications: byte-buddy (in another version than the agent's),
   * bcprov-jdk18on, conscrypt-openjdk-uber.
   */
  public static Path library(String name) {
    return existing(Path.of("target", "libraries", name + ".jar"));
  }

  /** Returns a published tool, sqlline or liquibase, and its libraries. */
  public static List<Path> tool(String name) {
    return entries(Path.of("classpaths", name, "target", "classpath.txt")).toList();
  }

  private static Stream<Path> entries(Path file) {
    try {
      String text = Files.readString(existing(file)).trim();
      return Arrays.stream(text.split(System.getProperty("path.separator")))
          .map(Path::of)
          .map(Built::existing);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path existing(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    if (!Files.exists(absolute)) {
      throw new IllegalStateException(absolute + " is missing; `mvn verify` builds it");
    }
    return absolute;
  }
}
