package io.github.alloydbagent.bootstrap;

import java.io.File;
import java.io.PrintStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.CodeSource;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where the JVM enters the agent: at its start, on attach, and as a command. */
public final class AgentMain {

  private static final String AGENT = "io.github.alloydbagent.core.Agent";

  private static final String COMMANDS = "io.github.alloydbagent.cli.Commands";

  /** A system property that says, to whoever looks from outside, how the agent stands here. */
  private static final String MARK = "alloydb-agent";

  @SuppressWarnings("NonFinalStaticField") // the one place where two class loaders meet
  private static volatile @Nullable Function<Object[], Object> hooks;

  private AgentMain() {}

  /** Called by the JVM before {@code main}, on the thread that will run {@code main}. */
  public static void premain(@Nullable String arguments, Instrumentation instrumentation) {
    enter(arguments, instrumentation, true);
  }

  /**
   * Called by the JVM when the agent is attached to it while it runs, and when the jar's commands
   * ask the agent that is here how it stands, which starts nothing.
   */
  public static void agentmain(@Nullable String arguments, Instrumentation instrumentation) {
    if (!StatusCalls.answered(arguments)) {
      enter(arguments, instrumentation, false);
    }
  }

  /** Called when the jar is run as a program; ends the JVM with the command's exit code. */
  @SuppressWarnings("unchecked")
  public static void main(String[] arguments) throws Exception {
    File jar = jar();
    Class<?> commands = new IsolatedLoader(jar).loadClass(COMMANDS);
    Callable<Integer> command =
        (Callable<Integer>)
            commands
                .getMethod("of", String[].class, File.class, String.class)
                .invoke(null, arguments, jar, version());
    System.exit(command.call());
  }

  /**
   * @param early whether the JVM has not run anything yet, which a refusal could interrupt
   */
  private static void enter(
      @Nullable String arguments, Instrumentation instrumentation, boolean early) {
    PrintStream err = System.err;
    String code = BootstrapCodes.NOT_STARTED;
    try {
      File jar = jar();
      String refusal = JvmGuard.refusal(jar);
      if (early && refusal != null && !refusal.isEmpty() && JvmGuard.hidesMappingOf(arguments)) {
        code = BootstrapCodes.NAMED_TWICE;
        throw new IllegalStateException(
            "it is named twice, with different arguments: those of the second, which may map hosts,"
                + " would have no effect. JAVA_TOOL_OPTIONS and JDK_JAVA_OPTIONS come first");
      }
      if (refusal == null && NothingConfigured.everywhere(arguments, jar)) {
        err.println(
            "alloydb-agent: version "
                + version()
                + ", no host is mapped (setting instances): nothing to do");
        mark("nothing to do");
      } else if (refusal == null) {
        start(arguments, jar, instrumentation, err);
      } else if (!refusal.isEmpty()) {
        err.println("alloydb-agent: " + refusal);
      }
    } catch (Throwable thrown) {
      // A premain that throws ends the JVM: https://github.com/prometheus/jmx_exporter/issues/652
      Throwable e =
          thrown instanceof InvocationTargetException && thrown.getCause() != null
              ? thrown.getCause()
              : thrown;
      err.println(
          "alloydb-agent: "
              + code
              + "could not start ("
              + e
              + "). The application runs, but its PostgreSQL drivers cannot connect, because their"
              + " connections would not be protected. "
              + (e instanceof SecurityException
                  ? "The policy of this JVM's security manager must grant"
                      + " java.security.AllPermission to the agent's jar."
                  : "Fix the cause, or remove the -javaagent flag."));
      refuseAll(e, instrumentation, err);
      mark("could not start");
    }
  }

  /** Without an agent nobody can tell which connections need protection. */
  private static void refuseAll(Throwable cause, Instrumentation instrumentation, PrintStream err) {
    try {
      new LoadedDrivers(instrumentation).weaveThrough(new DriverGate(new Broken(cause)), err);
    } catch (Throwable e) { // a premain that throws ends the JVM
      err.println(
          "alloydb-agent: "
              + BootstrapCodes.UNPROTECTED
              + "PostgreSQL drivers may connect unprotected ("
              + e
              + ")");
    }
  }

  @SuppressWarnings("unchecked")
  private static void start(
      @Nullable String arguments, File jar, Instrumentation instrumentation, PrintStream err)
      throws Exception {
    JvmGuard.starts(arguments);
    Function<Object[], Object[]> agent =
        (Function<Object[], Object[]>)
            new IsolatedLoader(jar).loadClass(AGENT).getDeclaredConstructor().newInstance();
    LoadedDrivers loaded = new LoadedDrivers(instrumentation);
    Object[] parts = agent.apply(new @Nullable Object[] {arguments, jar, version(), err, loaded});
    if (parts.length == 1) {
      mark((String) parts[0]); // nothing to do
      if (parts[0].equals("nothing to do")) { // unlike "switched off", for which somebody asked
        JvmGuard.hasNothingToDo();
      }
      return;
    }
    open((Function<Object[], Object>) parts[0]);
    DriverGate gate = new DriverGate((Callable<ClassFileTransformer>) parts[1]);
    loaded.weaveThrough(gate, err);
    StatusCalls.answerBy((Consumer<String>) parts[3], jar);
    mark(String.valueOf(parts[2]));
  }

  /**
   * Opens the bridge, before the first driver class is woven.
   *
   * @throws IllegalStateException if it was open, to something else or to nothing
   */
  static void open(Function<Object[], Object> to) {
    hooks = to;
    if (Bridge.hooks != to) {
      throw new IllegalStateException("the bridge was in use before the agent was there");
    }
  }

  /** For {@link Bridge}, which asks once. */
  static @Nullable Function<Object[], Object> hooks() {
    return hooks;
  }

  private static File jar() throws URISyntaxException {
    CodeSource source = AgentMain.class.getProtectionDomain().getCodeSource();
    if (source != null && source.getLocation() != null) {
      return new File(source.getLocation().toURI());
    }
    // a class of the boot loader has no source, as the jar is on -Xbootclasspath/a as well; some
    // loaders give none either
    String own = AgentMain.class.getName().replace('.', '/') + ".class";
    String entry = String.valueOf(ClassLoader.getSystemResource(own)); // jar:file:/a.jar!/a/B.class
    if (!entry.startsWith("jar:") || !entry.endsWith("!/" + own)) {
      throw new IllegalStateException(
          "the agent's jar is on the boot class path, and its location is unknown ("
              + entry
              + "): remove it from -Xbootclasspath/a");
    }
    return new File(new URI(entry.substring("jar:".length(), entry.length() - own.length() - 2)));
  }

  private static void mark(String state) {
    show(MARK, version() + ", " + state);
  }

  /** Sets a system property for whoever looks from outside. */
  static void show(String property, String value) {
    try {
      System.setProperty(property, value);
    } catch (SecurityException e) {
      // then nobody sees it from outside; a premain must not throw
    }
  }

  private static String version() {
    Package own = AgentMain.class.getPackage();
    String version = own == null ? null : own.getImplementationVersion();
    return version == null ? "unversioned" : version;
  }

  /** Says, in the place of a weaver, why there is none. */
  private static final class Broken implements Callable<ClassFileTransformer> {
    private final Throwable cause;

    Broken(Throwable cause) {
      this.cause = cause;
    }

    @Override
    public ClassFileTransformer call() {
      throw new IllegalStateException("the agent did not start", cause);
    }
  }
}
