package io.github.alloydbagent.status;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The last few failures, newest first; one that is repeated is counted. Any thread. */
final class Failures {
  private static final int MOST = 5;

  private final Deque<Failure> last = new ArrayDeque<>();

  synchronized void add(String message, long millis) {
    Failure newest = last.peekFirst();
    boolean again = newest != null && newest.message().equals(message);
    if (again) {
      last.removeFirst();
    } else if (last.size() == MOST) {
      last.removeLast();
    }
    last.addFirst(new Failure(message, millis, again && newest != null ? newest.times() + 1 : 1));
  }

  synchronized List<Failure> newestFirst() {
    return new ArrayList<>(last);
  }
}
