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
 * Waits until the JVM has a platform MBean server, which an application, a flag or a tool that
 * attaches may make at any time, and keeps the beans there the same as the instances. It makes none
 * itself: that would start logging, and take the choice of the server from who has it.
 *
 * <p>It looks every other second at the JVM's list of servers, which is one class of the JDK's
 * until there are some, and no more where the JVM was linked without JMX.
 *
 * <p>A server calls listeners of the application when a bean comes or goes, on the thread that
 * registers it, and the server may itself be the application's. Either may block, or open a
 * connection that needs the agent. So servers are called on a thread of their own, which exists
 * only for that; while it is blocked, there are no further looks, and nothing else waits for it.
 */
public final class JmxWatch {
  private static final long INTERVAL = 2_000;

  /** Looks until servers that had not the JVM's own beans are asked again. */
  private static final int LOOKS_BETWEEN_QUESTIONS = 10;

  private final Instances instances;
  private final ScheduledExecutorService timer;
  private final Executor workers;
  private final ThreadFactory threads;
  private final Log log;

  // one look at a time, each of which happens before the next one
  private @Nullable Beans beans;
  private int asked; // how many servers, none of which is kept from being collected
  private int looksSinceQuestion;

  /**
   * @param workers for the looks, which are short
   * @param threads makes the thread that calls servers
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
    timer.schedule(() -> workers.execute(this::look), INTERVAL, TimeUnit.MILLISECONDS);
  }

  private void look() {
    boolean again = true;
    try {
      Runnable call = call();
      if (call != null) {
        threads.newThread(() -> callAndContinue(call)).start();
        again = false; // once the call has ended
      }
    } catch (NoClassDefFoundError e) {
      log.debug("JMX: this JVM was linked without it (" + e.getMessage() + ")");
      again = false;
    } catch (RuntimeException | LinkageError e) {
      log.debug("JMX: " + e);
    } finally {
      if (again) {
        start();
      }
    }
  }

  private void callAndContinue(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException | LinkageError e) {
      log.debug("JMX: " + e);
    } finally {
      start();
    }
  }

  /** What has to be asked of a server now, or told to it; null if there is nothing. */
  private @Nullable Runnable call() {
    Beans known = beans;
    if (known != null) {
      return known.areThose(instances.all()) ? null : () -> known.follow(instances.all());
    }
    List<MBeanServer> servers = new ArrayList<>(MBeanServerFactory.findMBeanServer(null));
    looksSinceQuestion++;
    if (servers.isEmpty()
        || (servers.size() == asked && looksSinceQuestion < LOOKS_BETWEEN_QUESTIONS)) {
      return null;
    }
    asked = servers.size();
    looksSinceQuestion = 0;
    return () -> {
      Beans found = Beans.find(servers, log);
      beans = found;
      if (found != null) {
        found.follow(instances.all());
      }
    };
  }
}
