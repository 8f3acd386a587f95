package io.github.alloydbagent.refresh;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Fetches connection info, without blocking; the argument says whether the certificate must be new.
 */
public interface Fetch extends Function<Boolean, CompletableFuture<ConnectionInfo>> {

  /**
   * A connection waits for the fetch under way, or for the next one: it goes before fetches that
   * nobody waits for.
   */
  default void hurry() {}
}
