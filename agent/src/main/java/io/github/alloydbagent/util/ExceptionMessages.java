package io.github.alloydbagent.util;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** What went wrong at the bottom of a chain of exceptions, in a line. */
public final class ExceptionMessages {

  private static final int MAX = 1500;

  private ExceptionMessages() {}

  /** The message of the exception, and of its innermost cause where that says more. */
  public static String of(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String first = line(e);
    String last = line(root);
    return root == e || first.contains(last) ? first : first + " (" + last + ")";
  }

  /**
   * What to do where this process had no file descriptor left, which the JDK says of files and
   * sockets alike; empty for other failures.
   */
  public static String fileLimitHint(Throwable e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (String.valueOf(at.getMessage()).contains("Too many open files")) {
        return "This process has no file descriptor left: raise its limit (ulimit -n, LimitNOFILE),"
            + " or find what it does not close (/proc/PID/fd).";
      }
    }
    return "";
  }

  /** The text with a full stop at its end. */
  public static String sentence(String text) {
    return text.endsWith(".") ? text : text + ".";
  }

  /** What really failed, without the wrapping of futures. */
  public static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** The text with a space in the place of line ends and of what would steer a terminal or hide. */
  public static String inOneLine(String text) {
    return isPlain(text)
        ? text
        : text.replaceAll("[\\s\\p{IsControl}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ").trim();
  }

  /** Whether the text needs no change. Most texts do not, and regular expressions are slow. */
  private static boolean isPlain(String text) {
    char before = ' ';
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~' || (c == ' ' && before == ' ')) {
        return false;
      }
      before = c;
    }
    return text.isEmpty() || before != ' ';
  }

  private static String line(Throwable e) {
    @Nullable String message = e.getMessage();
    String text = message == null ? e.getClass().getSimpleName() : message;
    text = inOneLine(text);
    return text.length() > MAX ? text.substring(0, MAX) + "..." : text;
  }
}
