package io.github.alloydbagent.cli.status;

import java.io.Closeable;

/** Displays a series of reports of an agent. */
interface View extends Closeable {

  /**
   * Displays a report.
   *
   * @param jsonText the agent's JSON
   */
  void show(String jsonText, AgentReport status);

  /** Returns whether the user wants to quit. */
  boolean isQuit();

  /** Prints the last report again after this view was closed. */
  void printLastReport();

  @Override
  void close();
}
