package io.github.alloydbagent.jvm;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.opentest4j.TestAbortedException;

/**
 * A JDK on this machine: from {@code JAVA8_HOME}, {@code ~/.jdks/8} and so on, or the JDK that runs
 * the tests.
 */
public record Jdk(int version, Path home) {

  /** The versions that the agent is tested on. */
  public static final List<Integer> VERSIONS = List.of(8, 11, 17, 21, 25);

  /** Returns the JDK that runs the tests. */
  public static Jdk running() {
    return new Jdk(Runtime.version().feature(), Path.of(System.getProperty("java.home")));
  }

  /**
   * Returns the JDK for tests that do not choose one: that of {@code -Dit.jdk=8}, otherwise the JDK
   * that runs the tests.
   */
  public static Jdk chosen() {
    Integer version = Integer.getInteger("it.jdk");
    if (version == null) {
      return running();
    }
    return find(version)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "-Dit.jdk=" + version + ": " + AbsentJdkException.cure(version)));
  }

  /**
   * Skips the test if this JDK is older than a program requires.
   *
   * @param what the program, for the reason that is reported
   */
  public Jdk atLeast(int oldest, String what) {
    if (version < oldest) {
      throw new TestAbortedException(
          what + " needs Java " + oldest + ", and this run is on " + this);
    }
    return this;
  }

  /**
   * Returns the JDK, or skips the test and reports that at the end of the run.
   *
   * @throws AbsentJdkException if this machine does not have the JDK
   */
  public static Jdk require(int version) {
    return find(version).orElseThrow(() -> new AbsentJdkException(version));
  }

  /** Returns the JDKs of {@link #VERSIONS} that this machine has. */
  public static List<Jdk> present() {
    return VERSIONS.stream().map(Jdk::find).flatMap(Optional::stream).toList();
  }

  public static Optional<Jdk> find(int version) {
    return find(version, System.getenv(), Path.of(System.getProperty("user.home")));
  }

  /** A variable that points to a missing directory is an error: a skipped test would hide it. */
  static Optional<Jdk> find(int version, Map<String, String> environment, Path userHome) {
    String variable = variable(version);
    String named = environment.get(variable);
    if (named != null && !named.isEmpty()) {
      return Optional.of(new Jdk(version, Path.of(named)).checked(variable));
    }
    Path conventional = userHome.resolve(".jdks").resolve(String.valueOf(version));
    if (Files.isDirectory(conventional)) {
      return Optional.of(new Jdk(version, conventional).checked(conventional.toString()));
    }
    return Optional.of(running()).filter(jdk -> jdk.version == version);
  }

  static String variable(int version) {
    return "JAVA" + version + "_HOME";
  }

  /** Returns the {@code java} launcher. */
  public Path java() {
    return tool("java");
  }

  /** Returns a tool of the JDK, such as {@code jcmd} or {@code keytool}. */
  public Path tool(String name) {
    boolean windows = System.getProperty("os.name").startsWith("Windows");
    return home.resolve("bin").resolve(windows ? name + ".exe" : name);
  }

  private Jdk checked(String source) {
    if (!Files.isExecutable(java())) {
      throw new IllegalStateException(source + " is not a JDK: missing " + java());
    }
    String found = releaseVersion();
    String expected = version == 8 ? "1.8" : String.valueOf(version);
    boolean fits =
        found.isEmpty() || found.equals(expected) || found.matches(expected + "[._+-].*");
    if (!fits) {
      throw new IllegalStateException(source + " should be JDK " + version + ", but is " + found);
    }
    return this;
  }

  /** Returns an empty string for a JDK without a {@code release} file. */
  private String releaseVersion() {
    Path release = home.resolve("release");
    if (!Files.isRegularFile(release)) {
      return "";
    }
    try (Reader reader = Files.newBufferedReader(release)) {
      Properties properties = new Properties();
      properties.load(reader);
      return properties.getProperty("JAVA_VERSION", "").replace("\"", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return "JDK " + version;
  }
}
