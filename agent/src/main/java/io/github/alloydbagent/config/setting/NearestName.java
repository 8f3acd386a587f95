package io.github.alloydbagent.config.setting;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the known name that a misspelled name probably means, by edit distance. */
public final class NearestName {

  /** The largest edit distance of a misspelling. */
  private static final int MAX_EDITS = 2;

  private NearestName() {}

  /**
   * Returns the nearest name, or null if all names differ by more than two edits (one edit for
   * names of up to four letters).
   */
  public static @Nullable String of(String written, List<String> names) {
    String normalized = normalized(written);
    String nearest = null;
    int shortest = (normalized.length() <= 4 ? 1 : MAX_EDITS) + 1;
    for (String name : names) {
      int distance = distance(normalized, normalized(name), shortest);
      if (distance < shortest) {
        nearest = name;
        shortest = distance;
      }
    }
    return nearest;
  }

  /** Ignores case, hyphens, underscores and dots: {@code ipType}, {@code ip_type}. */
  private static String normalized(String name) {
    StringBuilder normalized = new StringBuilder(name.length());
    String lower = name.toLowerCase(Locale.ROOT);
    for (int i = 0; i < lower.length(); i++) {
      char c = lower.charAt(i);
      if (c != '-' && c != '_' && c != '.') {
        normalized.append(c);
      }
    }
    return normalized.toString();
  }

  /**
   * Returns the edit distance, where swapping adjacent letters is one edit, or {@code limit} if the
   * distance is at least that.
   */
  private static int distance(String a, String b, int limit) {
    if (Math.abs(a.length() - b.length()) >= limit) {
      return limit;
    }
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int substitution = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        cost[i][j] =
            Math.min(
                Math.min(cost[i - 1][j], cost[i][j - 1]) + 1, cost[i - 1][j - 1] + substitution);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[a.length()][b.length()];
  }
}
