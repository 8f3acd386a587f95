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

/** The agent's entry points: {@code premain}, {@code agentmain} and {@code main}. */
public final class AgentMain {

  private static final String AGENT_CLASS = "io.github.alloydbagent.core.Agent";

  private static final String COMMANDS_CLASS = "io.github.alloydbagent.cli.Commands";

  /** System property that shows the agent's version and state to JVM tools. */
  private static final String STATE_PROPERTY = "alloydb-agent";

  @SuppressWarnings("NonFinalStaticField") // the only state shared by two class loaders
  private static volatile @Nullable Function<Object[], Object> hooks;

  private AgentMain() {}

  /** Called by the JVM before {@code main}, on the thread that will run {@code main}. */
  public static void premain(@Nullable String arguments, Instrumentation instrumentation) {
    enter(arguments, instrumentation, true);
  }

  /**
   * Called by the JVM when the agent is attached to it while it runs. The commands {@code status}
   * and {@code watch} attach the jar as well, to query the running agent; that starts nothing.
   */
  public static void agentmain(@Nullable String arguments, Instrumentation instrumentation) {
    if (!StatusCalls.isHandled(arguments)) {
      enter(arguments, instrumentation, false);
    }
  }

  /** Called when the jar is run as a program; ends the JVM with the command's exit code. */
  @SuppressWarnings("unchecked")
  public static void main(String[] arguments) throws Exception {
    File jar = jar();
    Class<?> commands = new IsolatedLoader(jar).loadClass(COMMANDS_CLASS);
    Callable<Integer> command =
        (Callable<Integer>)
            commands
                .getMethod("of", String[].class, File.class, String.class)
                .invoke(null, arguments, jar, version());
    System.exit(command.call());
  }

  /**
   * @param isBeforeMain whether {@code main} has not run yet, so that refusing to start interrupts
   *     nothing
   */
  private static void enter(
      @Nullable String arguments, Instrumentation instrumentation, boolean isBeforeMain) {
    PrintStream err = System.err;
    String code = BootstrapCodes.NOT_STARTED;
    try {
      File jar = jar();
      String refusal = JvmGuard.refusal(jar);
      if (isBeforeMain
          && refusal != null
          && !refusal.isEmpty()
          && JvmGuard.hidesMappingOf(arguments)) {
        code = BootstrapCodes.NAMED_TWICE;
        throw new IllegalStateException(
            "it is specified twice, with different arguments: those of the second, which may map"
                + " hosts,"
                + " would have no effect. JAVA_TOOL_OPTIONS and JDK_JAVA_OPTIONS come first");
      }
      if (refusal == null && NothingConfigured.everywhere(arguments, jar)) {
        err.println(
            "alloydb-agent: version "
                + version()
                + ", no host is mapped (setting instances): nothing to do");
        setState("nothing to do");
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
      setState("could not start");
    }
  }

  /**
   * Makes every driver class refuse to connect: without an agent, the connections that need
   * protection are unknown.
   */
  private static void refuseAll(Throwable cause, Instrumentation instrumentation, PrintStream err) {
    try {
      new LoadedDrivers(instrumentation).weaveThrough(new DriverGate(new FailedStart(cause)), err);
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
    JvmGuard.recordStart(arguments);
    Function<Object[], Object[]> agent =
        (Function<Object[], Object[]>)
            new IsolatedLoader(jar).loadClass(AGENT_CLASS).getDeclaredConstructor().newInstance();
    LoadedDrivers loaded = new LoadedDrivers(instrumentation);
    Object[] parts = agent.apply(new @Nullable Object[] {arguments, jar, version(), err, loaded});
    if (parts.length == 1) {
      setState((String) parts[0]);
      if (parts[0].equals("nothing to do")) { // unlike "switched off", which is a setting
        JvmGuard.recordNothingToDo();
      }
      return;
    }
    open((Function<Object[], Object>) parts[0]);
    DriverGate gate = new DriverGate((Callable<ClassFileTransformer>) parts[1]);
    loaded.weaveThrough(gate, err);
    StatusCalls.setHandler((Consumer<String>) parts[3], jar);
    setState(String.valueOf(parts[2]));
  }

  /**
   * Opens the bridge, before the first driver class is woven.
   *
   * @throws IllegalStateException if the bridge was initialized before, with other hooks or with
   *     null
   */
  static void open(Function<Object[], Object> to) {
    hooks = to;
    if (Bridge.hooks != to) {
      throw new IllegalStateException("the bridge was in use before the agent was loaded");
    }
  }

  /** Returns the hooks for {@link Bridge}, which calls this once. */
  static @Nullable Function<Object[], Object> hooks() {
    return hooks;
  }

  private static File jar() throws URISyntaxException {
    CodeSource source = AgentMain.class.getProtectionDomain().getCodeSource();
    if (source != null && source.getLocation() != null) {
      return new File(source.getLocation().toURI());
    }
    // A class of the boot loader has no code source: the jar is also on -Xbootclasspath/a. Some
    // other loaders set no code source either.
    String resource = AgentMain.class.getName().replace('.', '/') + ".class";
    String entry =
        String.valueOf(ClassLoader.getSystemResource(resource)); // jar:file:/a.jar!/a/B.class
    if (!entry.startsWith("jar:") || !entry.endsWith("!/" + resource)) {
      throw new IllegalStateException(
          "the agent's jar is on the boot class path, and its location is unknown ("
              + entry
              + "): remove it from -Xbootclasspath/a");
    }
    return new File(
        new URI(entry.substring("jar:".length(), entry.length() - resource.length() - 2)));
  }

  private static void setState(String state) {
    setProperty(STATE_PROPERTY, version() + ", " + state);
  }

  /** Sets a system property that JVM tools can read. */
  static void setProperty(String property, String value) {
    try {
      System.setProperty(property, value);
    } catch (SecurityException e) {
      // The property is only informational, and premain must not throw.
    }
  }

  private static String version() {
    Package agentPackage = AgentMain.class.getPackage();
    String version = agentPackage == null ? null : agentPackage.getImplementationVersion();
    return version == null ? "unversioned" : version;
  }

  /** Takes the place of the weaver's source and throws the reason why the agent did not start. */
  private static final class FailedStart implements Callable<ClassFileTransformer> {
    private final Throwable cause;

    FailedStart(Throwable cause) {
      this.cause = cause;
    }

    @Override
    public ClassFileTransformer call() {
      throw new IllegalStateException("the agent did not start", cause);
    }
  }
}
