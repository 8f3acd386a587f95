package io.github.alloydbagent.credentials;

import org.jspecify.annotations.Nullable;

/** What went wrong at the bottom of a chain of exceptions, in a line. */
public final class Causes {

  private static final int MAX = 1500;

  private Causes() {}

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

  private static String line(Throwable e) {
    @Nullable String message = e.getMessage();
    String text = message == null ? e.getClass().getSimpleName() : message;
    text = text.replaceAll("\\s+", " ").trim();
    return text.length() > MAX ? text.substring(0, MAX) + "..." : text;
  }
}
