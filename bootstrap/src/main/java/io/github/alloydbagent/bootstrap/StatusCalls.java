package io.github.alloydbagent.bootstrap;

import java.io.File;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How the commands {@code status} and {@code watch} reach the agent that is on this JVM: they
 * attach its jar once more, with an argument that is no setting. The JVM then calls the classes
 * that the system class loader has already, these here.
 */
final class StatusCalls {
  private static final String ARGUMENT = "status-to=";

  /** A system property: the jar to attach, and that there is somebody to answer. */
  private static final String JAR = "alloydb-agent.jar";

  /** A system property: how often that was done here, since a JVM keeps something of each time. */
  private static final String ASKED = "alloydb-agent.asked";

  private static volatile @Nullable Consumer<String> answers;
  private static int asked;

  private StatusCalls() {}

  /** From now on the agent answers, and shows so. */
  static void answerBy(Consumer<String> agent, File jar) {
    answers = agent;
    AgentMain.show(JAR, jar.getPath());
  }

  /**
   * Whether these are the arguments of such a call. It is passed on to the agent, if there is one
   * that answers, and is no reason to start one.
   */
  static boolean answered(@Nullable String arguments) {
    if (arguments == null || !arguments.startsWith(ARGUMENT)) {
      return false;
    }
    Consumer<String> agent = answers;
    if (agent != null) {
      count();
      agent.accept(arguments.substring(ARGUMENT.length()));
    }
    return true;
  }

  private static synchronized void count() {
    asked++;
    AgentMain.show(ASKED, String.valueOf(asked));
  }
}
