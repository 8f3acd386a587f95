package io.github.alloydbagent.refresh;

import java.util.concurrent.Executor;

/**
 * Runs the API calls for one instance or cluster. Calls of lanes for which a connection waits run
 * first.
 */
public interface CallLane extends Executor {

  /** Called when a connection waits for the calls of this lane, including later ones. */
  default void hurry() {}

  /** Called when no connection waits for the calls of this lane any more. */
  default void relax() {}
}
