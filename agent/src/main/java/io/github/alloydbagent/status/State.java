package io.github.alloydbagent.status;

/** The state of an instance. */
public enum State {
  /** Connection info is being fetched for the first time. */
  STARTING,
  /** Connection info is valid, and the last refresh and the last connection attempt succeeded. */
  READY,
  /** Connection info is valid, but the last refresh or the last connection attempt failed. */
  DEGRADED,
  /** There is no valid connection info, and the last refresh failed. */
  FAILED,
  /**
   * There is no valid connection info, and no connection has needed any: refreshes are on demand.
   */
  IDLE
}
