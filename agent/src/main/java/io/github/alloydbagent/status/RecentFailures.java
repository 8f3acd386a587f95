package io.github.alloydbagent.status;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the last five failures, newest first. A failure whose message differs from an earlier one
 * only in times or durations is counted as a repetition of it. Thread-safe.
 */
final class RecentFailures {
  private static final int MAX_FAILURES = 5;

  /** Instants in the format of {@code Log.utc}, and durations. */
  private static final Pattern TIMES =
      Pattern.compile(
          "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z|\\b\\d+(?:\\.\\d+)? (?:ms|s|min|h)\\b");

  private final Deque<Entry> last = new ArrayDeque<>();

  void add(String message, long millis) {
    String key = TIMES.matcher(message).replaceAll("#");
    synchronized (this) {
      Entry earlier = remove(key);
      if (earlier == null && last.size() == MAX_FAILURES) {
        last.removeLast();
      }
      long first = earlier == null ? millis : earlier.failure.firstMillis();
      long times = earlier == null ? 1 : earlier.failure.times() + 1;
      last.addFirst(new Entry(key, new Failure(message, first, millis, times)));
    }
  }

  private @Nullable Entry remove(String key) {
    for (Iterator<Entry> each = last.iterator(); each.hasNext(); ) {
      Entry entry = each.next();
      if (entry.key.equals(key)) {
        each.remove();
        return entry;
      }
    }
    return null;
  }

  synchronized List<Failure> newestFirst() {
    List<Failure> failures = new ArrayList<>();
    for (Entry entry : last) {
      failures.add(entry.failure);
    }
    return failures;
  }

  private static final class Entry {
    final String key;
    final Failure failure;

    Entry(String key, Failure failure) {
      this.key = key;
      this.failure = failure;
    }
  }
}
