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
 * What the agent says, a line at a time. Any thread; never from inside class transformation, where
 * an application's own {@code System.err} could load classes or take locks.
 */
public final class Log {
  private final LogLevel level;
  private final PrintStream out;
  private final boolean json;
  private final @Nullable String host;
  private final @Nullable String instance;

  /**
   * @param out where to; standard error as premain found it, since some servers turn what goes to a
   *     later one into errors of their own
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

  /** The same log with one JSON object a line. */
  public Log asJson() {
    return new Log(level, out, true, host, instance);
  }

  /**
   * The same log for lines about a host, or an instance, or both: members of their own in JSON. As
   * text, lines name them by themselves.
   */
  public Log about(@Nullable String aHost, @Nullable String anInstance) {
    return new Log(level, out, json, aHost, anInstance);
  }

  /**
   * A log that appends to a file.
   *
   * @throws FileNotFoundException if the file cannot be opened for appending
   */
  public static Log toFile(LogLevel level, File file) throws FileNotFoundException {
    try {
      return new Log(level, new PrintStream(new FileOutputStream(file, true), true, "UTF-8"));
    } catch (UnsupportedEncodingException e) {
      throw new AssertionError(e); // every JVM has UTF-8
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

  /** A message with the whole stack of what caused it, one level below {@link #debug}. */
  public void trace(String message, Throwable cause) {
    if (isOn(LogLevel.TRACE)) {
      StringWriter stack = new StringWriter();
      cause.printStackTrace(new PrintWriter(stack, true));
      if (json) {
        write(object(LogLevel.TRACE, message).add("error", stack.toString()).toString());
      } else {
        write(LogLevel.TRACE, message + System.lineSeparator() + stack);
      }
    }
  }

  public boolean isOn(LogLevel wanted) {
    return wanted.compareTo(level) <= 0;
  }

  private void write(LogLevel at, String message) {
    if (isOn(at)) {
      write(
          json
              ? object(at, message).toString()
              : utc(System.currentTimeMillis())
                  + " "
                  + at
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

  private JsonText object(LogLevel at, String message) {
    JsonText object =
        new JsonText()
            .add("time", utc(System.currentTimeMillis()))
            .add("level", at.name())
            .add("logger", "alloydb-agent")
            .add("message", message);
    if (message.startsWith(ErrorCode.PREFIX)) {
      object.add("code", message.substring(0, ErrorCode.LENGTH));
    }
    if (host != null) {
      object.add("host", host);
    }
    if (instance != null) {
      object.add("instance", instance);
    }
    return object;
  }

  /**
   * An instant in UTC, to the second; by hand, since java.time loads some forty classes, and the
   * first line is written on the way to {@code main}.
   *
   * @see <a href="https://howardhinnant.github.io/date_algorithms.html">civil_from_days</a>
   */
  public static String utc(long epochMillis) {
    long seconds = Math.floorDiv(epochMillis, 1000L);
    long days = Math.floorDiv(seconds, 86_400L) + 719_468; // since 1 March of the year 0
    long era = Math.floorDiv(days, 146_097L); // of 400 years
    long day = Math.floorMod(days, 146_097L);
    long year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    long month = (5 * day + 2) / 153; // from March on
    long second = Math.floorMod(seconds, 86_400L);
    StringBuilder text = new StringBuilder(20);
    text.append(era * 400 + year + (month < 10 ? 0 : 1)); // four digits from 1000 to 9999
    two(text.append('-'), month < 10 ? month + 3 : month - 9);
    two(text.append('-'), day - (153 * month + 2) / 5 + 1);
    two(text.append('T'), second / 3600);
    two(text.append(':'), second / 60 % 60);
    two(text.append(':'), second % 60);
    return text.append('Z').toString();
  }

  private static void two(StringBuilder text, long number) {
    text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }
}
