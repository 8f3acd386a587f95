package io.github.alloydbagent.jvm;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a stream on a separate thread, so that a JVM never waits for a reader. */
final class ProcessOutput {

  private final StringBuilder text = new StringBuilder();
  private boolean ended;

  ProcessOutput(InputStream in) {
    Thread reader = new Thread(() -> read(in), "output of a spawned JVM");
    reader.setDaemon(true);
    reader.start();
  }

  private void read(InputStream in) {
    char[] buffer = new char[8192];
    try (Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      for (int n = reader.read(buffer); n >= 0; n = reader.read(buffer)) {
        append(buffer, n);
      }
    } catch (IOException e) {
      // the JVM was killed
    }
    end();
  }

  private synchronized void append(char[] buffer, int length) {
    text.append(buffer, 0, length);
    notifyAll();
  }

  private synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** Waits for a text; returns false if the stream ends or the time expires first. */
  synchronized boolean awaitText(String wanted, long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    while (text.indexOf(wanted) < 0) {
      if (!waitUntil(end)) {
        return false;
      }
    }
    return true;
  }

  /** Like {@link #awaitText}, for a pattern; returns null instead of false. */
  synchronized @Nullable MatchResult awaitMatch(Pattern wanted, long nanos)
      throws InterruptedException {
    long end = System.nanoTime() + nanos;
    while (true) {
      Matcher matcher = wanted.matcher(text);
      if (matcher.find()) {
        return matcher.toMatchResult();
      }
      if (!waitUntil(end)) {
        return null;
      }
    }
  }

  /**
   * Returns the whole output; if another process keeps the stream open for more than 5 s, returns
   * the output so far.
   */
  synchronized String whole() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (waitUntil(end)) {
      // more output arrived
    }
    return text.toString();
  }

  /** Waits for more output; returns false at the end of the stream or of the time. */
  private boolean waitUntil(long end) throws InterruptedException {
    long left = end - System.nanoTime();
    if (ended || left <= 0) {
      return false;
    }
    TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, 1_000_000));
    return true;
  }
}
