package io.github.alloydbagent.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.alloydbagent.util.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private Log log(LogLevel level) {
    return new Log(level, new PrintStream(bytes, true, StandardCharsets.UTF_8));
  }

  @Test
  void writesALineWithTimeLevelAndName() {
    log(LogLevel.INFO).warn(ErrorCode.TCP_REFUSED, "something");
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ WARN alloydb-agent: AAJ-401: something\\R");
  }

  @Test
  void logsNothingBelowItsLevel() {
    Log log = log(LogLevel.WARN);
    log.info("a");
    log.debug("b");
    log.trace("c", new Exception());
    assertThat(bytes.size()).isZero();
    log.error(ErrorCode.UNEXPECTED, "d");
    assertThat(bytes.size()).isPositive();
  }

  @Test
  void offLogsNothing() {
    log(LogLevel.OFF).error(ErrorCode.UNEXPECTED, "a");
    assertThat(bytes.size()).isZero();
  }

  @Test
  void appendsToAFile(@TempDir Path folder) throws Exception {
    File file = folder.resolve("agent.log").toFile();
    Files.writeString(file.toPath(), "before\n");
    Log.toFile(LogLevel.INFO, file).info("höst");
    assertThat(Files.readString(file.toPath()))
        .startsWith("before\n")
        .contains("INFO")
        .contains("höst");
  }

  /** Opening a pipe blocks until another process reads it: the JVM would never reach main. */
  @Test
  void refusesAPipe(@TempDir Path folder) throws Exception {
    Path pipe = folder.resolve("pipe");
    assumeTrue(
        !System.getProperty("os.name").startsWith("Windows")
            && new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0,
        "mkfifo");
    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () ->
            assertThatThrownBy(() -> Log.toFile(LogLevel.INFO, pipe.toFile()))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessage("it is not a regular file"));
  }

  @Test
  void refusesADevice() {
    File device = new File("/dev/null");
    assumeTrue(device.exists(), "a device");
    assertThatThrownBy(() -> Log.toFile(LogLevel.INFO, device))
        .isInstanceOf(FileNotFoundException.class);
  }

  @Test
  void ignoresAFullDisk() throws Exception {
    File full = new File("/dev/full");
    assumeTrue(full.exists(), "a file of a full disk");
    try (FileOutputStream file = new FileOutputStream(full)) {
      assertThatThrownBy(() -> file.write(1)).isInstanceOf(IOException.class);
      new Log(LogLevel.INFO, new PrintStream(file, true)).info("a");
    }
  }

  @Test
  void writesInstantsInUtc() {
    assertThat(Log.utc(0)).isEqualTo("1970-01-01T00:00:00Z");
    assertThat(Log.utc(1_700_000_001_999L)).isEqualTo("2023-11-14T22:13:21Z");
    // 1942 to 2517, each at a different time of day
    for (long day = -10_000; day < 200_000; day++) {
      Instant instant = Instant.ofEpochSecond(day * 86_400 + Math.floorMod(day * 7919, 86_400L));
      assertThat(Log.utc(instant.toEpochMilli())).isEqualTo(instant.toString());
    }
  }

  /**
   * Messages contain text from servers and from clients that choose the name of a database user.
   */
  @Test
  void textFromOutsideCannotImitateALogLine() {
    log(LogLevel.INFO)
        .warn(
            ErrorCode.PASSWORD_REQUESTED,
            "user \"x\n2026-11-24T00:00:00Z INFO alloydb-agent: forged\u001b[2J\"");

    String[] lines = bytes.toString(StandardCharsets.UTF_8).split("\\R");
    assertThat(lines).hasSize(2);
    assertThat(lines[0]).endsWith(" WARN alloydb-agent: AAJ-606: user \"x");
    assertThat(lines[1]).isEqualTo("  2026-11-24T00:00:00Z INFO alloydb-agent: forged [2J\"");
  }

  @Test
  void writesOneJsonObjectPerLine() {
    Log log = log(LogLevel.TRACE).asJson().about("orders-db:5432", "projects/p");
    log.warn(ErrorCode.TCP_REFUSED, "a \"quoted\"\nline\\");
    log.trace("no", new IllegalStateException("why"));
    log(LogLevel.INFO).asJson().info("ready");

    String[] lines = bytes.toString(StandardCharsets.UTF_8).split("\\R");
    assertThat(lines).hasSize(3);
    assertThat(lines[0])
        .matches("\\{\"time\":\"[0-9TZ:-]{20}\",\"level\":\"WARN\",\"logger\":\"alloydb-agent\",.*")
        .endsWith(
            "\"message\":\"AAJ-401: a \\\"quoted\\\"\\nline\\\\\",\"code\":\"AAJ-401\",\"host\":\"orders-db:5432\",\"instance\":\"projects/p\"}");
    assertThat(lines[1]).contains("\"error\":\"java.lang.IllegalStateException: why\\n\\u0009at ");
    assertThat(lines[2]).endsWith("\"message\":\"ready\"}");
  }
}
