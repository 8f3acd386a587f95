package io.github.alloydbagent.util;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Summarizes a chain of exceptions in one line. */
public final class ExceptionMessages {

  private static final int MAX_LENGTH = 1500;

  private ExceptionMessages() {}

  /** Returns the exception's message, followed by that of its root cause if it adds information. */
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
   * Returns advice if the process has run out of file descriptors, which the JDK reports with the
   * same message for files and sockets; empty for other failures.
   */
  public static String fileLimitHint(Throwable e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (String.valueOf(at.getMessage()).contains("Too many open files")) {
        return "This process has no file descriptors left: raise its limit (ulimit -n,"
            + " LimitNOFILE),"
            + " or find the files that it does not close (/proc/PID/fd).";
      }
    }
    return "";
  }

  /** Returns the text, ending with a period. */
  public static String sentence(String text) {
    return text.endsWith(".") ? text : text + ".";
  }

  /** Returns the failure without the exceptions that futures wrap around it. */
  public static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** Returns the text as {@link Printable#line}, with single spaces. */
  public static String inOneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    boolean isStart = true; // of the text or of a word
    for (char c : Printable.line(text).toCharArray()) {
      boolean isBlank = c == ' ' || c == '\t';
      if (!isBlank) {
        line.append(c);
      } else if (!isStart) {
        line.append(' ');
      }
      isStart = isBlank;
    }
    return line.toString().trim();
  }

  private static String line(Throwable e) {
    @Nullable String message = e.getMessage();
    String text = message == null ? e.getClass().getSimpleName() : message;
    text = inOneLine(text);
    return text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "..." : text;
  }
}
