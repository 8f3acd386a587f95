package io.github.alloydbagent.failure;

import io.github.alloydbagent.jvm.JvmResult;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What came of the connections of one JVM.
 *
 * @param jvm all that it said
 */
record Outcomes(JvmResult jvm) {
  private static final Pattern LINE =
      Pattern.compile("(\\S+): (ok|failed): (.*) \\((\\d+) ms(?:, (.*))?\\)");

  /**
   * One of them.
   *
   * @param ok whether there was a connection
   * @param text the database user, or the chain of causes
   * @param flag of a thread that was interrupted: {@code interrupted}, {@code not interrupted}
   */
  record Outcome(String name, boolean ok, String text, long millis, String flag) {}

  /** The chain of causes of a connection that must have failed, in words that are documented. */
  String failure(String name) {
    Outcome outcome = of(name);
    if (outcome.ok()) {
      throw new AssertionError(name + " should have failed:\n" + jvm);
    }
    if (!Troubleshooting.knows(outcome.text())) {
      throw new AssertionError("docs/troubleshooting.md knows nothing of " + outcome.text());
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
      throw new AssertionError("there should be one outcome of " + name + ":\n" + jvm);
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
