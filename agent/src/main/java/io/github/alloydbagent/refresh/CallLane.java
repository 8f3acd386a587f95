package io.github.alloydbagent.refresh;

import java.util.concurrent.Executor;

/**
 * Runs the API calls for one instance or cluster. They run behind the calls of other lanes that
 * connections wait for, until a connection waits for these.
 */
public interface CallLane extends Executor {

  /** A connection waits for the calls of this lane, also for those still to come. */
  default void hurry() {}

  /** No connection waits for the calls of this lane any more. */
  default void relax() {}
}
