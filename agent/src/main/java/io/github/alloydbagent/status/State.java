package io.github.alloydbagent.status;

/** How an instance stands, in one word. */
public enum State {
  /** Connection info is being fetched for the first time. */
  STARTING,
  /** Connection info is valid, and what was tried last went well. */
  READY,
  /** Connection info is valid, but the last refresh or the last connect failed. */
  DEGRADED,
  /** There is no valid connection info, and the last attempt to get some failed. */
  FAILED,
  /** There is no valid connection info, and nobody has asked for any: refreshed on demand. */
  IDLE
}
