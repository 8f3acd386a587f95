package io.github.alloydbagent.jvm;

import java.io.PrintStream;
import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Reports at the end of a run which tests were skipped because a JDK is missing, so that an
 * incomplete run is not mistaken for a complete one. JUnit finds it through {@code
 * META-INF/services}.
 */
public final class AbsentJdkReport implements LauncherSessionListener {

  private final Map<Integer, Integer> skipped = new TreeMap<>();
  private final PrintStream out = System.out;

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    session.getLauncher().registerTestExecutionListeners(new Skips());
  }

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    lines().forEach((line) -> out.println(line));
    out.flush();
  }

  Iterable<String> lines() {
    return skipped.entrySet().stream()
        .map(
            entry ->
                "Skipped for want of a JDK: %d (%s): %d %s"
                    .formatted(
                        entry.getKey(),
                        AbsentJdkException.cure(entry.getKey()),
                        entry.getValue(),
                        entry.getValue() == 1 ? "test" : "tests"))
        .toList();
  }

  /** If {@code @BeforeAll} requires the JDK, all tests of the class are counted. */
  void count(int version, int tests) {
    skipped.merge(version, tests, Integer::sum);
  }

  private final class Skips implements TestExecutionListener {

    private TestPlan plan;

    @Override
    public void testPlanExecutionStarted(TestPlan started) {
      plan = started;
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (result.getThrowable().orElse(null) instanceof AbsentJdkException absent) {
        int tests =
            test.isTest()
                ? 1
                : (int) plan.getDescendants(test).stream().filter(TestIdentifier::isTest).count();
        synchronized (AbsentJdkReport.this) {
          count(absent.version(), Math.max(tests, 1));
        }
      }
    }
  }
}
