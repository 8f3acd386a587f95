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
 * Weaves driver classes that the JVM loaded without the agent's changes, either before the agent
 * started or because the JVM lacked the stack or the memory to call the agent, which it does not
 * report.
 *
 * <p>The agent calls this as a function: {@code false} scans for such classes if a driver was
 * loaded recently, {@code true} weaves all driver classes again, whether or not they are known to
 * be woven. The function returns a message for each class that was loaded without the changes or
 * that cannot be woven.
 */
final class LoadedDrivers implements Function<Boolean, List<String>> {

  /**
   * Number of scans after the last sign of a driver, because a driver's classes load one after
   * another.
   */
  private static final int MAX_SCANS = 5;

  private final Instrumentation instrumentation;
  private final Lock lock = new ReentrantLock();
  private @Nullable DriverGate gate; // guarded by lock, like the fields below
  private int signs;
  private int remainingScans;

  LoadedDrivers(Instrumentation instrumentation) {
    this.instrumentation = instrumentation;
  }

  /**
   * Weaves driver classes as they load from now on, and those that are already loaded immediately.
   *
   * @param err receives a message for each class that cannot be woven
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
    // Does not wait for the lock: the calling thread may hold class loader locks that the lock's
    // holder needs.
    if (lock.tryLock()) {
      try {
        DriverGate through = gate;
        if (through != null && (all || shouldScan(through))) {
          weave(through, all, all ? new ArrayList<String>() : messages, messages);
        }
      } finally {
        lock.unlock();
      }
    }
    return messages;
  }

  private boolean shouldScan(DriverGate through) {
    int seen = through.loadCount();
    if (seen != signs) {
      signs = seen;
      remainingScans = MAX_SCANS;
    }
    remainingScans = Math.max(remainingScans - 1, -1);
    return remainingScans >= 0;
  }

  private void weave(DriverGate gate, boolean all, List<String> repaired, List<String> problems) {
    for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
      if (!gate.shouldWeave(loaded.getName()) || (gate.hasWoven(loaded) && !all)) {
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
      } catch (Throwable e) { // also VerifyError and InternalError, caused by other agents
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
