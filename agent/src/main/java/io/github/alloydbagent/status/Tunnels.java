package io.github.alloydbagent.status;

/** Tunnels that are open, for who counts or ends them. */
public interface Tunnels {

  /** How many are open now. */
  int count();

  /** Closes all, and says how many these were. */
  int close();
}
