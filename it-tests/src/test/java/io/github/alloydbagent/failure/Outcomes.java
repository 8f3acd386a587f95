package io.github.alloydbagent.failure;

import io.github.alloydbagent.jvm.JvmResult;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The outcomes of the connections of one JVM.
 *
 * @param jvm the JVM's output
 */
record Outcomes(JvmResult jvm) {
  private static final Pattern LINE =
      Pattern.compile("(\\S+): (ok|failed): (.*) \\((\\d+) ms(?:, (.*))?\\)");

  /**
   * The outcome of one connection.
   *
   * @param ok whether it succeeded
   * @param text the database user, or the chain of causes
   * @param flag the interrupt status of an interrupted thread: {@code interrupted}, {@code not
   *     interrupted}
   */
  record Outcome(String name, boolean ok, String text, long millis, String flag) {}

  /**
   * Returns the chain of causes of a connection, asserting that it failed and that the message is
   * documented.
   */
  String failure(String name) {
    Outcome outcome = of(name);
    if (outcome.ok()) {
      throw new AssertionError("expected a failure of " + name + ":\n" + jvm);
    }
    if (!Troubleshooting.knows(outcome.text())) {
      throw new AssertionError("docs/troubleshooting.md does not contain: " + outcome.text());
    }
    return outcome.text();
  }

  /** The code of a failure, such as {@code AAJ-401}. */
  String code(String name) {
    return Troubleshooting.code(failure(name));
  }

  Outcome of(String name) {
    List<Outcome> found =
        jvm.outLines().stream()
            .map(LINE::matcher)
            .filter(Matcher::matches)
            .filter(line -> line.group(1).equals(name))
            .map(Outcomes::read)
            .toList();
    if (found.size() != 1) {
      throw new AssertionError("expected exactly one outcome of " + name + ":\n" + jvm);
    }
    return found.get(0);
  }

  private static Outcome read(Matcher line) {
    return new Outcome(
        line.group(1),
        line.group(2).equals("ok"),
        line.group(3),
        Long.parseLong(line.group(4)),
        String.valueOf(line.group(5)));
  }
}
