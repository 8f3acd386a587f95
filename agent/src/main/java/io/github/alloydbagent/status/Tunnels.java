package io.github.alloydbagent.status;

/** Counts and closes open tunnels. */
public interface Tunnels {

  /** Returns the number of open tunnels. */
  int count();

  /** Closes all tunnels, and returns how many were closed. */
  int closeAll();
}
