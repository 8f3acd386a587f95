package io.github.alloydbagent.compatibility;

import io.github.alloydbagent.jvm.Jdk;
import java.util.List;

/**
 * A row of the documentation's table of JVMs.
 *
 * @param title what was tested on each JVM
 */
record JvmRow(String title) {

  /** All JDKs that the agent is tested on. */
  static final List<Integer> ALL = of(Jdk.VERSIONS.toArray(Integer[]::new));

  /**
   * Selects from these JDKs, in their order, the first and the last in the default build, and all
   * of them in the run that writes the page.
   */
  static List<Integer> of(Integer... versions) {
    return PageTable.isWritten()
        ? List.of(versions)
        : List.of(versions[0], versions[versions.length - 1]);
  }

  /** Like {@link #of}, for slow tests: only the first in the default build. */
  static List<Integer> firstOf(Integer... versions) {
    return PageTable.isWritten() ? List.of(versions) : List.of(versions[0]);
  }

  void worksOn(int version) {
    holds(version, "yes");
  }

  void holds(int version, String cell) {
    new PageTable("jvms").holdsCell(title, String.valueOf(version), cell);
  }
}
