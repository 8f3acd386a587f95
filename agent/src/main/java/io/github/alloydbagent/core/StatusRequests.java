package io.github.alloydbagent.core;

import io.github.alloydbagent.config.SettingsException;
import io.github.alloydbagent.core.connections.RuntimeHolder;
import io.github.alloydbagent.core.threads.DaemonThreadFactory;
import io.github.alloydbagent.log.Log;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.function.Consumer;

/**
 * Answers commands that request the agent's status, each on its own thread, until the command
 * closes the connection. Loads no other class before the first request.
 */
final class StatusRequests implements Consumer<String> {
  private final String version;
  private final RuntimeHolder runtime;
  private final Log log;

  /**
   * Creates the consumer of status calls.
   *
   * @param runtime the components to report on, once the agent has started
   */
  StatusRequests(String version, RuntimeHolder runtime, Log log) {
    this.version = version;
    this.runtime = runtime;
    this.log = log;
  }

  /**
   * Returns the status requests of an agent that reaches no instance because its settings are
   * invalid.
   */
  static StatusRequests ofInvalidSettings(
      String version, SettingsException invalidSettings, Log log) {
    RuntimeHolder failed = new RuntimeHolder();
    failed.fail(invalidSettings);
    return new StatusRequests(version, failed, log);
  }

  /**
   * Starts answering a call and returns immediately; called on the JVM's attach thread.
   *
   * @param call see {@link StatusRequest}
   */
  @Override
  public void accept(String call) {
    AccessController.doPrivileged(
        new StartThread(new StatusRequest(call, version, runtime, log), log));
  }

  /**
   * Starts a thread with the agent's own permissions, regardless of the attaching process. A class,
   * because a lambda would load more classes.
   */
  private static final class StartThread implements PrivilegedAction<Thread> {
    private final StatusRequest call;
    private final Log log;

    StartThread(StatusRequest call, Log log) {
      this.call = call;
      this.log = log;
    }

    @Override
    public Thread run() {
      Thread thread = new DaemonThreadFactory("status", log).newThread(call);
      thread.start();
      return thread;
    }
  }
}
