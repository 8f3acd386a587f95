package io.github.alloydbagent.compatibility;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Spans grouped by trace, in a deterministic order. */
final class Traces {

  private final Map<String, List<String>> traces = new HashMap<>();

  /**
   * Adds a span.
   *
   * @param trace the trace ID, which differs in each run
   * @param span the attributes of the span that are equal in each run
   */
  void add(String trace, String span) {
    traces.computeIfAbsent(trace, first -> new ArrayList<>()).add(span);
  }

  /** Returns a line for each trace. */
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
