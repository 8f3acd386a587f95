package io.github.alloydbagent.cli.status;

import java.io.Closeable;

/** Where it is shown how an agent stands, time after time. */
interface View extends Closeable {

  /**
   * Shows it.
   *
   * @param said the agent's JSON
   */
  void show(String said, AgentReport status);

  /** Whether whoever looks has seen enough. */
  boolean isQuit();

  /** Leaves the last on the screen; after it was closed. */
  void end();

  @Override
  void close();
}
