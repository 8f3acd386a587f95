package io.github.alloydbagent.compatibility;

import io.github.alloydbagent.jvm.Jdk;
import java.util.List;

/**
 * A row of the page's table of JVMs.
 *
 * @param title what was done on each of them
 */
record JvmRow(String title) {

  /** All that the agent is tested on. */
  static final List<Integer> ALL = of(Jdk.VERSIONS.toArray(Integer[]::new));

  /**
   * What something is tried on: of these, in their order, the first and the last in the default
   * build, and all of them in the run that writes the page.
   */
  static List<Integer> of(Integer... versions) {
    return PageTable.isWritten()
        ? List.of(versions)
        : List.of(versions[0], versions[versions.length - 1]);
  }

  /** Likewise for what takes long: the first alone in the default build. */
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
