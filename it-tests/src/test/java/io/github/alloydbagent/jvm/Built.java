package io.github.alloydbagent.jvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What the build has made for spawned JVMs. */
public final class Built {

  /** The drivers that {@link #driver} has, oldest first. */
  public static final List<String> DRIVERS =
      List.of("9.1-901-1.jdbc4", "9.4.1208", "42.2.5", "42.7.14");

  private Built() {}

  /** The agent, as users get it. */
  public static Path agentJar() {
    return existing(Path.of(System.getProperty("agent.jar", "../agent/target/alloydb-agent.jar")));
  }

  /** The client programs of {@code src/apps}. */
  public static Path apps() {
    return existing(Path.of("target", "apps"));
  }

  /** A published driver; see {@link #DRIVERS}. */
  public static Path driver(String version) {
    return existing(Path.of("target", "drivers", "postgresql-" + version + ".jar"));
  }

  public static Path newestDriver() {
    return driver(DRIVERS.get(DRIVERS.size() - 1));
  }

  /**
   * What the module {@code drivers} has fetched.
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

  /** The newest driver in the package {@code com.acme.database}. */
  public static Path relocatedDriver() {
    return existing(Path.of("..", "drivers", "relocated", "target", "relocated-driver.jar"));
  }

  /** What the build has made of an application below {@code applications}: its {@code target}. */
  public static Path application(String name) {
    return existing(Path.of("applications", name, "target"));
  }

  /** The classes of such an application, and the libraries it was made with. */
  public static List<Path> applicationClassPath(String name) {
    Path target = application(name);
    return Stream.concat(
            Stream.of(existing(target.resolve("classes"))),
            entries(target.resolve("classpath.txt")))
        .toList();
  }

  /** The agent's classes and those of its tests, as they are before they are put into the jar. */
  public static List<Path> agentTests() {
    Path target = Path.of("..", "agent", "target");
    return Stream.concat(
            Stream.of(
                existing(target.resolve("test-classes")), existing(target.resolve("classes"))),
            entries(target.resolve("test-classpath.txt")))
        .toList();
  }

  /** The agent's classes, as they are before they are put into the jar. */
  public static Path agentClasses() {
    return existing(Path.of("..", "agent", "target", "classes"));
  }

  /**
   * A library of an application's: byte-buddy (of another version than the agent bundles),
   * bcprov-jdk18on, conscrypt-openjdk-uber.
   */
  public static Path library(String name) {
    return existing(Path.of("target", "libraries", name + ".jar"));
  }

  /** A published tool with the libraries that it was published with: sqlline, liquibase. */
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
      throw new IllegalStateException(absolute + " is not there; `mvn verify` makes it");
    }
    return absolute;
  }
}
