package io.github.alloydbagent.status;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The last few failures, newest first. One that is repeated is counted, also if its text has other
 * times or durations in it. Any thread.
 */
final class RecentFailures {
  private static final int MOST = 5;

  /** Instants as {@code Log.utc} prints them, and durations. */
  private static final Pattern TIMES =
      Pattern.compile(
          "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z|\\b\\d+(?:\\.\\d+)? (?:ms|s|min|h)\\b");

  private final Deque<Entry> last = new ArrayDeque<>();

  void add(String message, long millis) {
    String key = TIMES.matcher(message).replaceAll("#");
    synchronized (this) {
      Entry again = remove(key);
      if (again == null && last.size() == MOST) {
        last.removeLast();
      }
      long first = again == null ? millis : again.failure.firstMillis();
      long times = again == null ? 1 : again.failure.times() + 1;
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
