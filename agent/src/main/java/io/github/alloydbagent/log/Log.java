package io.github.alloydbagent.log;

import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.util.JsonText;
import io.github.alloydbagent.util.Printable;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UnsupportedEncodingException;
import org.jspecify.annotations.Nullable;

/**
 * Writes the agent's log, one message at a time. Thread-safe. Must not be called during class
 * transformation, where an application's own {@code System.err} could load classes or take locks.
 */
public final class Log {
  private final LogLevel level;
  private final PrintStream out;
  private final boolean json;
  private final @Nullable String host;
  private final @Nullable String instance;

  /**
   * Creates a log.
   *
   * @param out where to write: standard error as premain found it, because some application servers
   *     replace {@code System.err} by a stream that logs every line as an error
   */
  public Log(LogLevel level, PrintStream out) {
    this(level, out, false, null, null);
  }

  private Log(
      LogLevel level,
      PrintStream out,
      boolean json,
      @Nullable String host,
      @Nullable String instance) {
    this.level = level;
    this.out = out;
    this.json = json;
    this.host = host;
    this.instance = instance;
  }

  /** Returns the same log with one JSON object per line. */
  public Log asJson() {
    return new Log(level, out, true, host, instance);
  }

  /**
   * Returns the same log for messages about a host, an instance, or both, which become members of
   * the JSON object. As text, messages name them already.
   */
  public Log about(@Nullable String aHost, @Nullable String anInstance) {
    return new Log(level, out, json, aHost, anInstance);
  }

  /**
   * Returns a log that appends to a file.
   *
   * @throws FileNotFoundException if the file cannot be opened for appending, or is a pipe or a
   *     device: opening or writing it could block until another process reads it
   */
  public static Log toFile(LogLevel level, File file) throws FileNotFoundException {
    if (file.exists() && !file.isFile()) {
      throw new FileNotFoundException("it is not a regular file");
    }
    try {
      return new Log(level, new PrintStream(new FileOutputStream(file, true), true, "UTF-8"));
    } catch (UnsupportedEncodingException e) {
      throw new AssertionError(e); // every JVM supports UTF-8
    }
  }

  public void error(ErrorCode code, String message) {
    write(LogLevel.ERROR, code.message(message));
  }

  public void warn(ErrorCode code, String message) {
    write(LogLevel.WARN, code.message(message));
  }

  /** A warning that begins with its code, as {@link ErrorCode#message} and bootstrap make them. */
  public void warnCoded(String message) {
    write(LogLevel.WARN, message);
  }

  public void info(String message) {
    write(LogLevel.INFO, message);
  }

  public void debug(String message) {
    write(LogLevel.DEBUG, message);
  }

  /** Logs a message with the stack trace of its cause, one level below {@link #debug}. */
  public void trace(String message, Throwable cause) {
    if (isEnabled(LogLevel.TRACE)) {
      StringWriter stack = new StringWriter();
      cause.printStackTrace(new PrintWriter(stack, true));
      if (json) {
        write(jsonLine(LogLevel.TRACE, message).add("error", stack.toString()).toString());
      } else {
        write(LogLevel.TRACE, message + System.lineSeparator() + stack);
      }
    }
  }

  public boolean isEnabled(LogLevel wanted) {
    return wanted.compareTo(level) <= 0;
  }

  private void write(LogLevel lineLevel, String message) {
    if (isEnabled(lineLevel)) {
      write(
          json
              ? jsonLine(lineLevel, message).toString()
              : utc(System.currentTimeMillis())
                  + " "
                  + lineLevel
                  + " alloydb-agent: "
                  + Printable.lines(message));
    }
  }

  private void write(String line) {
    Thread thread = Thread.currentThread();
    if (thread instanceof NonBlockingThread) {
      ((NonBlockingThread) thread).println(out, line);
    } else {
      out.println(line);
    }
  }

  private JsonText jsonLine(LogLevel lineLevel, String message) {
    JsonText jsonLine =
        new JsonText()
            .add("time", utc(System.currentTimeMillis()))
            .add("level", lineLevel.name())
            .add("logger", "alloydb-agent")
            .add("message", message);
    if (message.startsWith(ErrorCode.PREFIX)) {
      jsonLine.add("code", message.substring(0, ErrorCode.LENGTH));
    }
    if (host != null) {
      jsonLine.add("host", host);
    }
    if (instance != null) {
      jsonLine.add("instance", instance);
    }
    return jsonLine;
  }

  /**
   * Returns an instant in UTC, to the second. It does not use java.time, which loads some forty
   * classes, because the first line is written before {@code main} runs.
   *
   * @see <a href="https://howardhinnant.github.io/date_algorithms.html">civil_from_days</a>
   */
  public static String utc(long epochMillis) {
    long seconds = Math.floorDiv(epochMillis, 1000L);
    long days = Math.floorDiv(seconds, 86_400L) + 719_468; // days since 1 March of year 0
    long era = Math.floorDiv(days, 146_097L); // an era is 400 years
    long day = Math.floorMod(days, 146_097L);
    long year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    long month = (5 * day + 2) / 153; // 0 is March
    long second = Math.floorMod(seconds, 86_400L);
    StringBuilder text = new StringBuilder(20);
    text.append(era * 400 + year + (month < 10 ? 0 : 1)); // four digits for the years 1000 to 9999
    appendTwoDigits(text.append('-'), month < 10 ? month + 3 : month - 9);
    appendTwoDigits(text.append('-'), day - (153 * month + 2) / 5 + 1);
    appendTwoDigits(text.append('T'), second / 3600);
    appendTwoDigits(text.append(':'), second / 60 % 60);
    appendTwoDigits(text.append(':'), second % 60);
    return text.append('Z').toString();
  }

  private static void appendTwoDigits(StringBuilder text, long number) {
    text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }
}
