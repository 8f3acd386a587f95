package io.github.alloydbagent.bootstrap;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether the agent starts in this JVM.
 *
 * <p>With {@code JAVA_TOOL_OPTIONS}, every JVM loads the agent, including the JDK's own tools. The
 * agent prints nothing in those, because scripts parse their output.
 */
final class JvmGuard {

  /**
   * Prefixes of the main classes of the JDK's tools, from Java 8 on. A class of an application may
   * have such a name as well.
   */
  private static final String[] TOOL_PREFIXES = {
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

  /**
   * Prefixes of main classes that run a user's program: {@code java Program.java}, {@code
   * jrunscript}, {@code jjs}.
   */
  private static final String[] LAUNCHER_PREFIXES = {
    "com.sun.tools.javac.launcher.", "com.sun.tools.script.shell.", "jdk.nashorn.tools.",
  };

  /**
   * The {@code jshell} tool, which runs the user's code in a separate JVM unless {@code
   * --execution} is set, which can be abbreviated.
   */
  private static final String JSHELL_PREFIX = "jdk.internal.jshell.";

  private static final String JSHELL_OPTION = "execution";

  /** Strings in agent arguments that indicate that they may map hosts. */
  private static final String[] MAPPING_KEYWORDS = {
    "projects/", "instances", "discover", "config-file"
  };

  private static boolean isStarted;
  private static @Nullable String effectiveArguments;

  private JvmGuard() {}

  /**
   * Returns null if the agent may start; otherwise the reason why not, which is empty if nothing is
   * to be printed.
   */
  static synchronized @Nullable String refusal(File jar) {
    String command = System.getProperty("sun.java.command", "");
    if (isJdkTool(command, System.getProperty("jdk.module.main"))
        || isOwnCommand(command, System.getProperty("java.class.path", ""), jar)) {
      return "";
    }
    if (isStarted) {
      return BootstrapCodes.ALREADY_PRESENT
          + "already on this JVM: specified twice, or attached again. The first one remains"
          + " active.";
    }
    return null;
  }

  /** Records that the agent starts. An agent that had nothing to do does not block a second one. */
  static synchronized void recordStart(@Nullable String arguments) {
    isStarted = true;
    effectiveArguments = arguments;
  }

  /** Records that the agent had nothing to do after all. */
  static synchronized void recordNothingToDo() {
    isStarted = false;
  }

  /**
   * Returns whether the agent is already running with other arguments and these may map hosts that
   * it does not know.
   */
  static synchronized boolean hidesMappingOf(@Nullable String arguments) {
    return isStarted && hidesMapping(effectiveArguments, arguments);
  }

  static boolean hidesMapping(@Nullable String effective, @Nullable String arguments) {
    if (arguments == null || arguments.equals(effective)) {
      return false;
    }
    for (String name : MAPPING_KEYWORDS) {
      if (arguments.contains(name)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether this is {@code java -jar alloydb-agent.jar}, which starts the agent itself. */
  static boolean isOwnCommand(String command, String classPath, File jar) {
    int end = classPath.indexOf(File.pathSeparatorChar); // agents are appended after the first path
    String first = end < 0 ? classPath : classPath.substring(0, end);
    return command.startsWith(first)
        && first.endsWith(jar.getName())
        && new File(first).getAbsoluteFile().toPath().normalize().equals(jar.toPath().normalize());
  }

  static boolean isJdkTool(String command, @Nullable String mainModule) {
    int end = command.indexOf(' ');
    String main = end < 0 ? command : command.substring(0, end);
    main = main.substring(main.indexOf('/') + 1); // strips the module from module/class
    for (String launcher : LAUNCHER_PREFIXES) {
      if (main.startsWith(launcher)) {
        return false;
      }
    }
    if (main.startsWith(JSHELL_PREFIX) && runsCodeInThisJvm(command)) {
      return false;
    }
    return isNamedLikeTool(main, mainModule) && isClassOfJdk(main);
  }

  private static boolean isNamedLikeTool(String main, @Nullable String mainModule) {
    if (mainModule != null && (mainModule.startsWith("jdk.") || mainModule.startsWith("java."))) {
      return true;
    }
    for (String tool : TOOL_PREFIXES) {
      if (main.startsWith(tool)) {
        return true;
      }
    }
    return false;
  }

  private static boolean runsCodeInThisJvm(String jshellCommand) {
    StringTokenizer arguments = new StringTokenizer(jshellCommand);
    while (arguments.hasMoreTokens()) {
      String argument = arguments.nextToken();
      if (argument.startsWith("-")) {
        String name = argument.substring(argument.startsWith("--") ? 2 : 1);
        int equals = name.indexOf('=');
        name = equals < 0 ? name : name.substring(0, equals);
        if (!name.isEmpty() && JSHELL_OPTION.startsWith(name)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Returns whether the JVM finds this main class in the JDK, and not among the application's. */
  private static boolean isClassOfJdk(String main) {
    URL url = ClassLoader.getSystemResource(main.replace('.', '/') + ".class");
    return url != null && isInJdk(url, new File(System.getProperty("java.home", "")));
  }

  /**
   * Returns whether the class file is in the run-time image, or, on Java 8, in one of the JDK's own
   * jars, such as {@code tools.jar}.
   *
   * @param home the directory of the Java run-time environment
   */
  static boolean isInJdk(URL classFile, File home) {
    if (!classFile.getProtocol().equals("jar")) {
      return classFile.getProtocol().equals("jrt");
    }
    String jar = classFile.getPath(); // file:/jdk/lib/tools.jar!/com/sun/tools/javac/Main.class
    try {
      File library = new File(new URI(jar.substring(0, jar.indexOf("!/")))).getCanonicalFile();
      File directory = library.getParentFile();
      File runtime = home.getCanonicalFile();
      return new File(runtime, "lib").equals(directory)
          || new File(runtime.getParentFile(), "lib").equals(directory);
    } catch (IOException | URISyntaxException | RuntimeException e) {
      return false; // not a jar in a directory
    }
  }
}
