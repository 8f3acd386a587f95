package io.github.alloydbagent.bootstrap;

import java.io.File;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether the agent has any business in this JVM.
 *
 * <p>An agent in {@code JAVA_TOOL_OPTIONS} is put on every JVM, the JDK's own tools included, whose
 * output scripts read: they get nothing, not even a line.
 */
final class JvmGuard {

  /** Where the launchers of the JDK's tools have their main classes, on 8 and later. */
  private static final String[] TOOLS = {
    "com.sun.tools.",
    "sun.tools.",
    "sun.security.tools.",
    "sun.jvmstat.",
    "sun.rmi.",
    "jdk.tools.",
    "jdk.internal.",
    "jdk.jfr.",
    "jdk.security.",
    "sun.applet.",
    "com.sun.java.util.jar.pack.",
    "sun.net.httpserver.",
  };

  /** {@code java Program.java} runs a user's program, though the compiler is its main class. */
  private static final String SOURCE_LAUNCHER = "com.sun.tools.javac.launcher.";

  private static boolean entered;

  private JvmGuard() {}

  /** Null to go on; else why not, empty where nothing is to be said. */
  static synchronized @Nullable String refusal(File jar) {
    String command = System.getProperty("sun.java.command", "");
    if (isJdkTool(command, System.getProperty("jdk.module.main"))
        || isOwnCommand(command, System.getProperty("java.class.path", ""), jar)) {
      return "";
    }
    if (entered) {
      return "already on this JVM: named twice, or attached again. The first one stays as it is.";
    }
    entered = true;
    return null;
  }

  /** {@code java -jar alloydb-agent.jar}, which tries the agent by itself. */
  static boolean isOwnCommand(String command, String classPath, File jar) {
    int end = classPath.indexOf(File.pathSeparatorChar); // behind it, agents were appended
    String first = end < 0 ? classPath : classPath.substring(0, end);
    return command.startsWith(first)
        && first.endsWith(jar.getName())
        && new File(first).getAbsoluteFile().toPath().normalize().equals(jar.toPath().normalize());
  }

  static boolean isJdkTool(String command, @Nullable String mainModule) {
    int end = command.indexOf(' ');
    String main = end < 0 ? command : command.substring(0, end);
    main = main.substring(main.indexOf('/') + 1); // module/class
    if (main.startsWith(SOURCE_LAUNCHER)) {
      return false;
    }
    if (mainModule != null && (mainModule.startsWith("jdk.") || mainModule.startsWith("java."))) {
      return true;
    }
    for (String tool : TOOLS) {
      if (main.startsWith(tool)) {
        return true;
      }
    }
    return false;
  }
}
