package io.github.alloydbagent.core;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.tunnel.Target;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Makes all targets on a thread of the agent's, since the classes for it take their time to load.
 */
final class Preparation implements Runnable {
  private final Settings settings;
  private final AgentThreads threads;
  private final String userAgent;
  private final Log log;
  private final CompletableFuture<Map<Mapping, Target>> result;

  Preparation(
      Settings settings,
      AgentThreads threads,
      String userAgent,
      Log log,
      CompletableFuture<Map<Mapping, Target>> result) {
    this.settings = settings;
    this.threads = threads;
    this.userAgent = userAgent;
    this.log = log;
    this.result = result;
  }

  @Override
  public void run() {
    try {
      Targets targets = new Targets(threads, settings.apiCaFile(), userAgent, log);
      Map<Mapping, Target> made = new HashMap<>();
      for (Mapping mapping : settings.mappings()) {
        made.put(mapping, targets.of(mapping));
      }
      result.complete(made);
    } catch (Throwable e) { // a LinkageError must reach those who wait, too
      log.error("could not start: " + e + ". Connections to mapped hosts will fail.");
      log.trace("could not start", e);
      result.completeExceptionally(e);
    }
  }
}
