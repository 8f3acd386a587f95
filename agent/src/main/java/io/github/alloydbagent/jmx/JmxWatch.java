package io.github.alloydbagent.jmx;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.status.Instances;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Waits until the JVM has a platform MBean server, which an application, a flag or an attaching
 * tool may create at any time, and keeps its beans in sync with the instances. It does not create
 * the server: that would initialize logging, and would prevent the application from choosing the
 * server.
 *
 * <p>It checks the JVM's list of servers every two seconds, which loads a single class of the JDK
 * while there are none. It stops if the JVM was linked without JMX.
 *
 * <p>A server calls listeners of the application on the thread that registers or removes a bean,
 * and the server itself may be a class of the application. Both may block, or open a connection
 * that needs the agent. Servers are therefore called on a separate thread, which exists only for
 * that. While it is blocked there are no further checks, and nothing else waits for it.
 */
public final class JmxWatch {
  private static final long INTERVAL_MILLIS = 2_000;

  /** Checks after which servers that did not contain the JVM's own beans are queried again. */
  private static final int CHECKS_BETWEEN_QUERIES = 10;

  private final Instances instances;
  private final ScheduledExecutorService timer;
  private final Executor workers;
  private final ThreadFactory threads;
  private final Log log;

  private volatile boolean isChecking; // also while a server is being called

  // accessed by one check at a time, each of which happens before the next one
  private @Nullable Beans beans;
  private int queriedServers; // only their number: references would prevent their collection
  private int checksSinceQuery;

  /**
   * Creates a watch for the instances; checks nothing before it is started.
   *
   * @param workers runs the checks, which are short
   * @param threads creates the thread that calls servers
   */
  public JmxWatch(
      Instances instances,
      ScheduledExecutorService timer,
      Executor workers,
      ThreadFactory threads,
      Log log) {
    this.instances = instances;
    this.timer = timer;
    this.workers = workers;
    this.threads = threads;
    this.log = log;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the timer lives as long as the JVM
  public void start() {
    timer.scheduleWithFixedDelay(
        this::submitCheck, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void submitCheck() {
    if (isChecking) {
      return; // for the rest of the JVM's life if it was linked without JMX
    }
    isChecking = true;
    try {
      workers.execute(this::check);
    } catch (Throwable e) {
      isChecking = false; // no memory for the task: the next check runs anyway
    }
  }

  private void check() {
    boolean isDone = true;
    try {
      Runnable call = call();
      if (call != null) {
        threads.newThread(() -> callAndContinue(call)).start();
        isDone = false; // until callAndContinue ends
      }
    } catch (NoClassDefFoundError e) {
      log.debug("JMX: this JVM was linked without it (" + e.getMessage() + ")");
      isDone = false; // and never will be: there is nothing to check
    } catch (RuntimeException | LinkageError e) {
      log.debug("JMX: " + e);
    } finally {
      if (isDone) {
        isChecking = false;
      }
    }
  }

  private void callAndContinue(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException | LinkageError e) {
      log.debug("JMX: " + e);
    } finally {
      isChecking = false;
    }
  }

  /** Returns the call of a server that is necessary now, or null if there is none. */
  private @Nullable Runnable call() {
    Beans known = beans;
    if (known != null) {
      return known.match(instances.all()) ? null : () -> known.update(instances.all());
    }
    List<MBeanServer> servers = new ArrayList<>(MBeanServerFactory.findMBeanServer(null));
    checksSinceQuery++;
    if (servers.isEmpty()
        || (servers.size() == queriedServers && checksSinceQuery < CHECKS_BETWEEN_QUERIES)) {
      return null;
    }
    queriedServers = servers.size();
    checksSinceQuery = 0;
    return () -> {
      Beans found = Beans.find(servers, log);
      beans = found;
      if (found != null) {
        found.update(instances.all());
      }
    };
  }
}
