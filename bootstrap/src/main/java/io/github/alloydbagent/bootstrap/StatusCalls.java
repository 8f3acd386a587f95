package io.github.alloydbagent.bootstrap;

import java.io.File;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Receives the calls of the commands {@code status} and {@code watch} in the JVM that they query.
 * The commands attach the agent's jar again, with an argument that is not a setting; the JVM then
 * calls the classes that the system class loader has already loaded, which are these.
 */
final class StatusCalls {
  private static final String ARGUMENT_PREFIX = "status-to=";

  /**
   * System property with the path of the jar to attach; it is set if an agent answers status calls.
   */
  private static final String JAR_PROPERTY = "alloydb-agent.jar";

  /** System property that counts the calls, because the JVM keeps some memory for each attach. */
  private static final String COUNT_PROPERTY = "alloydb-agent.asked";

  private static volatile @Nullable Consumer<String> handler;
  private static int callCount;

  private StatusCalls() {}

  /** Passes calls to the agent from now on, and sets the property that announces it. */
  static void setHandler(Consumer<String> agent, File jar) {
    handler = agent;
    AgentMain.setProperty(JAR_PROPERTY, jar.getPath());
  }

  /**
   * Returns whether these are the arguments of a status call. A call is passed to the agent if one
   * is running, and never starts one.
   */
  static boolean isHandled(@Nullable String arguments) {
    if (arguments == null || !arguments.startsWith(ARGUMENT_PREFIX)) {
      return false;
    }
    Consumer<String> agent = handler;
    if (agent != null) {
      count();
      agent.accept(arguments.substring(ARGUMENT_PREFIX.length()));
    }
    return true;
  }

  private static synchronized void count() {
    callCount++;
    AgentMain.setProperty(COUNT_PROPERTY, String.valueOf(callCount));
  }
}
