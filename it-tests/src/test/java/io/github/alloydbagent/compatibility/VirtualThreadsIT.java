package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Tests that virtual threads that block in the agent's code release their carriers. */
@Tag("compatibility")
class VirtualThreadsIT {

  @SuppressWarnings("unused")
  private static final List<Integer> JDKS = JvmRow.firstOf(21, 25);

  private static final String PINNED = "jdk.VirtualThreadPinned";
  private static final String AGENT = "io.github.alloydbagent.";

  private static MappedDatabase database;

  @TempDir private Path directory;

  @BeforeAll
  static void start() throws Exception {
    database = new MappedDatabase();
  }

  @ParameterizedTest
  @FieldSource("JDKS")
  void aThousandConnectionsPinNoThread(int version) throws Exception {
    long tunnels = database.tunnels();

    JvmResult result = connect(version, Built.newestDriver(), 1000, 100);

    assertThat(result.out()).contains("1000 connections, 10000 rows");
    assertThat(database.tunnels()).isEqualTo(tunnels + 1000);
    database.assertTwoLines(result);
    assertThat(pinned(result).stream().filter(VirtualThreadsIT::isInTheAgent))
        .as("threads that were pinned while they waited")
        .isEmpty();
    new JvmRow("1,000 connections on virtual threads, without pinning").worksOn(version);
  }

  /** Shows that the recording detects pinning: this driver holds monitors while it reads. */
  @Test
  void detectsADriverThatPins() throws Exception {
    JvmResult result = connect(21, Built.driver("42.2.5"), 50, 10);

    assertThat(pinned(result)).isNotEmpty();
  }

  private JvmResult connect(int version, Path driver, int connections, int atOnce) {
    return Jvm.of(Jdk.require(version))
        .flags(
            "-Xmx256m",
            "-Xlog:jfr+startup=off",
            "-XX:StartFlightRecording:"
                + PINNED
                + "#threshold=0ms,filename="
                + directory.resolve("threads.jfr"))
        .agent()
        .environment(database.environment())
        .classPath(Built.apps(), driver)
        .deadline(Duration.ofMinutes(3))
        .main(
            "apps.VirtualThreads",
            MappedDatabase.arguments(
                MappedDatabase.URL, String.valueOf(connections), String.valueOf(atOnce)))
        .run()
        .checkSucceeded();
  }

  /**
   * Returns pinning after all classes were loaded: a thread that loads a class is always pinned.
   */
  private List<RecordedEvent> pinned(JvmResult result) throws IOException {
    Instant warm =
        result.outLines().stream()
            .filter(line -> line.startsWith("warm: "))
            .map(line -> Instant.parse(line.substring("warm: ".length())))
            .findFirst()
            .orElseThrow();
    Path recording = directory.resolve("threads.jfr");
    List<RecordedEvent> events =
        RecordingFile.readAllEvents(recording).stream()
            .filter(event -> event.getEventType().getName().equals(PINNED))
            .filter(event -> event.getStartTime().isAfter(warm))
            .toList();
    Files.delete(recording);
    return events;
  }

  private static boolean isInTheAgent(RecordedEvent event) {
    return event.getStackTrace() != null
        && event.getStackTrace().getFrames().stream()
            .anyMatch(frame -> frame.getMethod().getType().getName().startsWith(AGENT));
  }
}
