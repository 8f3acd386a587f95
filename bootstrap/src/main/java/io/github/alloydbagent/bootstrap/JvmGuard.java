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

  /** Those of a user's programs: {@code java Program.java}, {@code jrunscript}, {@code jjs}. */
  private static final String[] LAUNCHERS = {
    "com.sun.tools.javac.launcher.", "com.sun.tools.script.shell.", "jdk.nashorn.tools.",
  };

  /** Runs what is typed in a JVM of its own, unless another way is asked for. */
  private static final String JSHELL = "jdk.internal.jshell.";

  /** What may map a host, as it stands in agent arguments. */
  private static final String[] MAPPING = {"projects/", "instances", "discover", "config-file"};

  private static boolean isOn;
  private static @Nullable String argumentsInForce;

  private JvmGuard() {}

  /** Null to go on; else why not, empty where nothing is to be said. */
  static synchronized @Nullable String refusal(File jar) {
    String command = System.getProperty("sun.java.command", "");
    if (isJdkTool(command, System.getProperty("jdk.module.main"))
        || isOwnCommand(command, System.getProperty("java.class.path", ""), jar)) {
      return "";
    }
    if (isOn) {
      return BootstrapCodes.ALREADY_PRESENT
          + "already on this JVM: named twice, or attached again. The first one stays as it is.";
    }
    return null;
  }

  /** Notes that the agent starts; until then, one that found nothing to do hinders no other. */
  static synchronized void starts(@Nullable String arguments) {
    isOn = true;
    argumentsInForce = arguments;
  }

  /** Notes that there was nothing to do after all. */
  static synchronized void hasNothingToDo() {
    isOn = false;
  }

  /** Whether the agent is on with other arguments, and these may map hosts that it knows not of. */
  static synchronized boolean hidesMappingOf(@Nullable String arguments) {
    return isOn && hidesMapping(argumentsInForce, arguments);
  }

  static boolean hidesMapping(@Nullable String inForce, @Nullable String arguments) {
    if (arguments == null || arguments.equals(inForce)) {
      return false;
    }
    for (String name : MAPPING) {
      if (arguments.contains(name)) {
        return true;
      }
    }
    return false;
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
    for (String launcher : LAUNCHERS) {
      if (main.startsWith(launcher)) {
        return false;
      }
    }
    if (main.startsWith(JSHELL) && command.contains("--execution")) {
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
