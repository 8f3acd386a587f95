package io.github.alloydbagent.bootstrap;

import java.io.PrintStream;
import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Weaves driver classes that the JVM has loaded without the agent's changes: because it loaded them
 * before the agent was there, or because it lacked the stack or the memory to call the agent, which
 * it does not report.
 *
 * <p>A function, which the agent calls: with {@code false} to look for such classes if a driver was
 * loaded lately, with {@code true} to weave all driver classes again, whatever is known about them.
 * It returns a message for each class that was found so, or cannot be woven.
 */
final class LoadedDrivers implements Function<Boolean, List<String>> {

  /** How often to look after the last sign of a driver, whose classes load one after the other. */
  private static final int LOOKS = 5;

  private final Instrumentation instrumentation;
  private final Lock lock = new ReentrantLock();
  private @Nullable DriverGate gate; // guarded by the lock, as all that follows
  private int signs;
  private int looks;

  LoadedDrivers(Instrumentation instrumentation) {
    this.instrumentation = instrumentation;
  }

  /**
   * From now on driver classes are woven as they load; those that are loaded already are woven now.
   *
   * @param err takes what is wrong with classes that cannot be woven
   */
  void weaveThrough(DriverGate gate, PrintStream err) {
    instrumentation.addTransformer(gate, instrumentation.isRetransformClassesSupported());
    List<String> problems = new ArrayList<String>();
    lock.lock();
    try {
      this.gate = gate;
      weave(gate, false, new ArrayList<String>(), problems);
    } finally {
      lock.unlock();
    }
    for (String problem : problems) {
      err.println("alloydb-agent: " + problem);
    }
  }

  @Override
  public List<String> apply(Boolean all) {
    List<String> messages = new ArrayList<String>();
    // never waits: a thread that connects may hold locks of class loaders that the other one needs
    if (lock.tryLock()) {
      try {
        DriverGate through = gate;
        if (through != null && (all || shouldLook(through))) {
          weave(through, all, all ? new ArrayList<String>() : messages, messages);
        }
      } finally {
        lock.unlock();
      }
    }
    return messages;
  }

  private boolean shouldLook(DriverGate through) {
    int seen = through.signs();
    if (seen != signs) {
      signs = seen;
      looks = LOOKS;
    }
    looks = Math.max(looks - 1, -1);
    return looks >= 0;
  }

  private void weave(DriverGate gate, boolean all, List<String> repaired, List<String> problems) {
    for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
      if (!gate.wants(loaded.getName()) || (gate.hasWoven(loaded) && !all)) {
        continue;
      }
      try {
        instrumentation.retransformClasses(loaded);
        repaired.add(
            BootstrapCodes.DRIVER_REPAIRED
                + "The driver's "
                + loaded
                + " was loaded without the agent's changes; it has them now."
                + " Connections that it opened to mapped hosts before may be unprotected.");
      } catch (Throwable e) { // also VerifyError and InternalError, whatever other agents did
        problems.add(
            BootstrapCodes.DRIVER_UNCHANGEABLE
                + "The driver's "
                + loaded
                + " was loaded without the agent's changes and cannot be changed ("
                + e
                + "). Connections to mapped hosts are refused if another of the driver's classes is"
                + " protected, but may be unprotected otherwise: load the driver after the agent.");
      }
    }
  }
}
