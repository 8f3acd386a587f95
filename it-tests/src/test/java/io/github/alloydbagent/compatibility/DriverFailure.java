package io.github.alloydbagent.compatibility;

import java.util.regex.Pattern;

/** Normalizes a driver's failure message so that it is equal in every run. */
final class DriverFailure {

  private static final Pattern EXCEPTION = Pattern.compile("(?:[a-z0-9_]+\\.)+([A-Z]\\w*)");
  private static final Pattern HOST = Pattern.compile("(localhost|127\\.0\\.0\\.1)(:\\d+)?");
  private static final int LENGTH = 160;

  private DriverFailure() {}

  /** Returns the message of the last cause, on one line. */
  static String brief(String detail) {
    String[] causes = detail.split(" <- ", -1);
    String last = causes[causes.length - 1];
    int end = last.indexOf(" | ");
    String line = end < 0 ? last : last.substring(0, end);
    String plain = HOST.matcher(EXCEPTION.matcher(line).replaceAll("$1")).replaceAll("HOST");
    String readable = plain.replaceAll("[^\\p{Print}]", "?").replace("|", "/").trim();
    return readable.length() > LENGTH ? readable.substring(0, LENGTH) + "..." : readable;
  }
}
