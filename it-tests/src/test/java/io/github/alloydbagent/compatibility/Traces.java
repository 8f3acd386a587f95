package io.github.alloydbagent.compatibility;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Spans by the trace that they belong to, which it tells of in an order that does not vary. */
final class Traces {

  private final Map<String, List<String>> traces = new HashMap<>();

  /**
   * Adds a span.
   *
   * @param trace the trace's number, which is another one in each run
   * @param span what the span says that is the same in each run
   */
  void add(String trace, String span) {
    traces.computeIfAbsent(trace, first -> new ArrayList<>()).add(span);
  }

  /** A line for each trace. */
  List<String> told() {
    List<String> told = new ArrayList<>();
    for (List<String> spans : traces.values()) {
      Collections.sort(spans);
      told.add(String.join(" + ", spans));
    }
    Collections.sort(told);
    return told;
  }
}
