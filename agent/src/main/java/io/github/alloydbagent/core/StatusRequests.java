package io.github.alloydbagent.core;

import io.github.alloydbagent.config.SettingsException;
import io.github.alloydbagent.core.connections.AgentRuntime;
import io.github.alloydbagent.core.threads.DaemonThreadFactory;
import io.github.alloydbagent.log.Log;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Answers the commands that ask how the agent stands, each on a thread of its own, for as long as
 * the command holds the connection. Until one asks, nothing but this class is loaded for it.
 */
final class StatusRequests implements Consumer<String> {
  private final String version;
  private final CompletableFuture<AgentRuntime> prepared;
  private final Log log;

  /**
   * @param prepared what is told about, once it is there
   */
  StatusRequests(String version, CompletableFuture<AgentRuntime> prepared, Log log) {
    this.version = version;
    this.prepared = prepared;
    this.log = log;
  }

  /** For an agent whose settings have mistakes, so that it reaches no instance. */
  static StatusRequests mistaken(String version, SettingsException mistakes, Log log) {
    CompletableFuture<AgentRuntime> never = new CompletableFuture<>();
    never.completeExceptionally(mistakes);
    return new StatusRequests(version, never, log);
  }

  /**
   * Begins to answer one, and does not wait for it; called on the JVM's thread for those who
   * attach.
   *
   * @param call where to, as {@link StatusRequest} reads it
   */
  @Override
  public void accept(String call) {
    AccessController.doPrivileged(new Begin(new StatusRequest(call, version, prepared, log), log));
  }

  /** With the agent's own permissions, whoever attached; a class, since a lambda loads more. */
  private static final class Begin implements PrivilegedAction<Thread> {
    private final StatusRequest call;
    private final Log log;

    Begin(StatusRequest call, Log log) {
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
