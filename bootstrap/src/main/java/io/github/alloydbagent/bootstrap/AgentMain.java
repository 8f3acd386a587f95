package io.github.alloydbagent.bootstrap;

import java.io.File;
import java.io.PrintStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where the JVM enters the agent: at its start, on attach, and as a command. */
public final class AgentMain {

  private static final String AGENT = "io.github.alloydbagent.core.Agent";

  private AgentMain() {}

  /** Called by the JVM before {@code main}, on the thread that will run {@code main}. */
  public static void premain(@Nullable String arguments, Instrumentation instrumentation) {
    enter(arguments, instrumentation, false);
  }

  /** Called by the JVM when the agent is attached to it while it runs. */
  public static void agentmain(@Nullable String arguments, Instrumentation instrumentation) {
    enter(arguments, instrumentation, true);
  }

  /** Called when the jar is run as a program. */
  public static void main(String[] arguments) {
    System.out.println("AlloyDB Agent for Java " + version());
    System.out.println("This jar is put on a JVM, it is not run by itself:");
    System.out.println(
        "  ALLOYDB_INSTANCES=\"my-host=projects/P/locations/L/clusters/C/instances/I\""
            + " java -javaagent:alloydb-agent.jar ...");
  }

  private static void enter(
      @Nullable String arguments, Instrumentation instrumentation, boolean attached) {
    PrintStream err = System.err;
    try {
      String refusal = JvmGuard.refusal();
      if (refusal == null) {
        start(arguments, instrumentation, attached, err);
      } else if (!refusal.isEmpty()) {
        err.println("alloydb-agent: " + refusal);
      }
    } catch (Throwable thrown) {
      // A premain that throws ends the JVM: https://github.com/prometheus/jmx_exporter/issues/652
      Throwable e =
          thrown instanceof InvocationTargetException && thrown.getCause() != null
              ? thrown.getCause()
              : thrown;
      instrumentation.addTransformer(new DriverGate(new String[0], new Broken(e)), false);
      err.println(
          "alloydb-agent: could not start ("
              + e
              + "). The application goes on, but PostgreSQL drivers that are not loaded yet will not"
              + " load, so that no connection of theirs goes out unprotected."
              + (attached ? " Those that are loaded stay as they were before." : "")
              + (e instanceof SecurityException
                  ? " The policy of this JVM's security manager must grant java.security.AllPermission"
                      + " to the agent's jar."
                  : " Take the agent off, or mend the cause."));
    }
  }

  @SuppressWarnings("unchecked")
  private static void start(
      @Nullable String arguments,
      Instrumentation instrumentation,
      boolean attached,
      PrintStream err)
      throws Exception {
    File jar =
        new File(AgentMain.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Class<?> agent = new IsolatedLoader(jar).loadClass(AGENT);
    Object[] parts =
        (Object[])
            agent
                .getMethod("start", String.class, File.class, String.class, PrintStream.class)
                .invoke(null, arguments, jar, version(), err);
    if (parts.length == 0) {
      return; // nothing to do: no host is mapped
    }
    Bridge.hooks = (Function<Object[], Object>) parts[0];
    DriverGate gate =
        new DriverGate((String[]) parts[2], (Callable<ClassFileTransformer>) parts[1]);
    instrumentation.addTransformer(gate, attached);
    if (attached) {
      retransformLoadedDrivers(instrumentation, gate);
    }
  }

  private static void retransformLoadedDrivers(Instrumentation instrumentation, DriverGate gate)
      throws Exception {
    for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
      if (gate.wants(loaded.getName())) {
        instrumentation.retransformClasses(loaded);
      }
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
