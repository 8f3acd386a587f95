package io.github.alloydbagent.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class JvmIT {

  @SuppressWarnings("unused")
  private static final List<Integer> VERSIONS = Jdk.VERSIONS;

  @TempDir private Path directory;

  @ParameterizedTest
  @FieldSource("VERSIONS")
  void findsTheRequestedJdk(int version) {
    JvmResult result =
        Jvm.of(Jdk.require(version))
            .classPath(Built.apps())
            .main("apps.Child", "property", "java.specification.version")
            .run()
            .checkSucceeded();
    assertThat(result.outLines()).containsExactly(version == 8 ? "1.8" : String.valueOf(version));
  }

  @Test
  void separatesOutputErrorsAndExitCode() {
    JvmResult result = child("say").checkFailed();
    assertThat(result.exit()).isEqualTo(7);
    assertThat(result.out()).isEqualTo("out ü\n");
    assertThat(result.err()).isEqualTo("err\n");
    assertThat(result.timedOut()).isFalse();
    assertThat(result)
        .asString()
        .contains("apps.Child say")
        .contains("[exit 7 after ")
        .contains("--- out\nout ü\n--- err\nerr\n---");
    assertThatThrownBy(result::checkSucceeded)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("expected success, but:\n$ ");
  }

  @Test
  void detectsAPrintedSecret() {
    assertThatThrownBy(() -> printing("ya29.local-0123"))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("a secret was printed, after: ")
        .hasMessageNotContaining("0123");
    assertThatThrownBy(() -> printing("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj"))
        .isInstanceOf(AssertionError.class);
    assertThat(printing("-----BEGIN PUBLIC KEY-----").outLines()).hasSize(1);
  }

  private static JvmResult printing(String text) {
    return Jvm.chosen()
        .property("printed", text)
        .classPath(Built.apps())
        .main("apps.Child", "property", "printed")
        .run();
  }

  @Test
  void killsProcessesAtTheDeadline() throws IOException {
    JvmResult result =
        Jvm.chosen()
            .classPath(Built.apps())
            .main("apps.Child", "hang")
            .deadline(Duration.ofSeconds(3))
            .run();
    assertThat(result.timedOut()).isTrue();
    assertThat(result.took())
        .as("its deadline, and not the default")
        .isBetween(Duration.ofSeconds(3), Duration.ofSeconds(60));
    assertThat(result).asString().contains("[killed at its deadline after ");
    long grandchild = Long.parseLong(result.outLines().get(0));
    assertThat(isAlive(grandchild)).isFalse();
    assertThatThrownBy(result::checkSucceeded).isInstanceOf(AssertionError.class);
    assertThatThrownBy(result::checkFailed).isInstanceOf(AssertionError.class);
    assertThat(result.out()).contains("\"main\"").contains("Child.hang"); // its threads
  }

  @Test
  void closeKillsARunningJvm() throws IOException {
    RunningJvm jvm = Jvm.chosen().classPath(Built.apps()).main("apps.Child", "hang").start();
    try (jvm) {
      jvm.awaitOut("hanging");
      assertThat(jvm.isAlive()).isTrue();
    }
    assertThat(jvm.await().succeeded()).isFalse();
    assertThat(isAlive(jvm.pid())).isFalse();
  }

  @Test
  void readsOutputUntilATerminatedJvmExits() {
    try (RunningJvm jvm =
        Jvm.chosen().classPath(Built.apps()).main("apps.Child", "lastWords").start()) {
      jvm.awaitOut("hanging");
      JvmResult result = jvm.terminate();
      assertThat(result.exit()).isEqualTo(143);
      assertThat(result.outLines()).endsWith("hanging", "ended");
    }
  }

  @Test
  void reportsTheOutputWhenAwaitedTextIsMissing() {
    try (RunningJvm jvm = Jvm.chosen().classPath(Built.apps()).main("apps.Child", "say").start()) {
      assertThatThrownBy(() -> jvm.awaitOut("nothing of the kind"))
          .isInstanceOf(AssertionError.class)
          .hasMessageStartingWith("\"nothing of the kind\" did not appear in the output of\n$ ")
          .hasMessageContaining("out ü");
    }
  }

  @Test
  void findsAPatternInTheOutput() {
    try (RunningJvm jvm = Jvm.chosen().classPath(Built.apps()).main("apps.Child", "say").start()) {
      assertThat(jvm.awaitOut(Pattern.compile("(\\w+) ü\n")).group(1)).isEqualTo("out");
      assertThatThrownBy(() -> jvm.awaitOut(Pattern.compile("port \\d+")))
          .isInstanceOf(AssertionError.class)
          .hasMessageStartingWith("\"port \\d+\" did not appear in the output of\n$ ");
    }
  }

  @Test
  void startsWithACleanEnvironment() {
    JvmResult result =
        Jvm.chosen()
            .environment("ALLOYDB_AGENT_IP_TYPE", "PSC")
            .classPath(Built.apps())
            .main("apps.Child", "environment")
            .run()
            .checkSucceeded();
    assertThat(result.outLines())
        .contains("ALLOYDB_AGENT_IP_TYPE=PSC")
        .noneMatch(line -> line.startsWith("JAVA_TOOL_OPTIONS="))
        .filteredOn(line -> line.startsWith("ALLOYDB_") || line.startsWith("GOOGLE_"))
        .containsExactly("ALLOYDB_AGENT_IP_TYPE=PSC");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALLOYDB_INSTANCES",
        "JAVA_TOOL_OPTIONS",
        "JDK_JAVA_OPTIONS",
        "_JAVA_OPTIONS",
        "CLASSPATH",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "GCE_METADATA_HOST",
        "K_SERVICE"
      })
  void doesNotInheritVariables(String variable) {
    assertThat(Spawn.isCleared(variable)).isTrue();
    assertThat(Spawn.isCleared("PATH")).isFalse();
  }

  @Test
  void readsItsInput() {
    JvmResult result =
        Jvm.chosen()
            .classPath(Built.apps())
            .main("apps.Child", "echo")
            .input("a line ü\n")
            .run()
            .checkSucceeded();
    assertThat(result.out()).isEqualTo("a line ü\n");
  }

  @Test
  void rejectsAVariableForAMissingDirectory() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Jdk.find(11, Map.of("JAVA11_HOME", "/no/such/jdk"), directory))
        .withMessageStartingWith("JAVA11_HOME is not a JDK: missing ");
  }

  @Test
  void rejectsAJdkOfAnotherVersion() throws Exception {
    Path jdk = Files.createDirectories(directory.resolve(".jdks/11"));
    Path java = Files.createFile(Files.createDirectory(jdk.resolve("bin")).resolve("java"));
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"1.8.0_392\"\n");
    assertThatIllegalStateException()
        .isThrownBy(() -> Jdk.find(11, Map.of(), directory))
        .withMessage(jdk + " should be JDK 11, but is 1.8.0_392");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
    assertThat(Jdk.find(11, Map.of(), directory)).contains(new Jdk(11, jdk));
  }

  @Test
  void usesTheRunningJdkByDefault() {
    int version = Jdk.running().version();
    assertThat(Jdk.find(version, Map.of(), directory)).contains(Jdk.running());
    assertThat(Jdk.find(version + 1, Map.of(), directory)).isEqualTo(Optional.empty());
  }

  @Test
  void countsTestsSkippedForAMissingJdk() {
    assertThat(new AbsentJdkException(8))
        .hasMessage("JDK 8 is not here: set JAVA8_HOME or put it at ~/.jdks/8");
    AbsentJdkReport report = new AbsentJdkReport();
    assertThat(report.lines()).isEmpty();
    report.count(25, 1);
    report.count(8, 2);
    report.count(8, 1);
    assertThat(report.lines())
        .containsExactly(
            "Skipped for want of a JDK: 8 (set JAVA8_HOME or put it at ~/.jdks/8): 3 tests",
            "Skipped for want of a JDK: 25 (set JAVA25_HOME or put it at ~/.jdks/25): 1 test");
  }

  private JvmResult child(String what) {
    return Jvm.chosen().classPath(Built.apps()).main("apps.Child", what).run();
  }

  /** Returns false for a zombie, a dead process that no parent has waited for. */
  private static boolean isAlive(long pid) throws IOException {
    Path state = Path.of("/proc", String.valueOf(pid), "stat");
    if (Files.exists(state) && Files.readString(state).contains(") Z ")) {
      return false;
    }
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
