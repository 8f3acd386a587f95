package io.github.alloydbagent.config.setting;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What somebody may have meant: the known name with the fewest slips of the pen between. */
public final class NearestName {

  /** More slips than these are another word, not a misspelt one. */
  private static final int SLIPS = 2;

  private NearestName() {}

  /** Returns null if no name is near: within two slips, and within one for up to four letters. */
  public static @Nullable String of(String written, List<String> names) {
    String folded = folded(written);
    String nearest = null;
    int fewest = (folded.length() <= 4 ? 1 : SLIPS) + 1;
    for (String name : names) {
      int slips = slips(folded, folded(name), fewest);
      if (slips < fewest) {
        nearest = name;
        fewest = slips;
      }
    }
    return nearest;
  }

  /** Case and hyphens are forgiven: {@code ipType}, {@code ip_type}. */
  private static String folded(String name) {
    StringBuilder folded = new StringBuilder(name.length());
    String lower = name.toLowerCase(Locale.ROOT);
    for (int i = 0; i < lower.length(); i++) {
      char c = lower.charAt(i);
      if (c != '-' && c != '_' && c != '.') {
        folded.append(c);
      }
    }
    return folded.toString();
  }

  /** Letters missing, added, changed, or swapped with the next. */
  private static int slips(String a, String b, int enough) {
    if (Math.abs(a.length() - b.length()) >= enough) {
      return enough;
    }
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        cost[i][j] =
            Math.min(Math.min(cost[i - 1][j], cost[i][j - 1]) + 1, cost[i - 1][j - 1] + change);
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
