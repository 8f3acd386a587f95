package io.github.alloydbagent.jmx;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.status.Instances;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
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
 */
public final class JmxWatch implements Runnable {
  private static final long INTERVAL = 2_000;

  private final Instances instances;
  private final ScheduledExecutorService timer;
  private final Log log;
  private @Nullable Beans beans;

  public JmxWatch(Instances instances, ScheduledExecutorService timer, Log log) {
    this.instances = instances;
    this.timer = timer;
    this.log = log;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the timer lives as long as the JVM
  public void start() {
    timer.schedule(this, INTERVAL, TimeUnit.MILLISECONDS);
  }

  @Override
  public void run() {
    try {
      look();
    } catch (NoClassDefFoundError e) {
      log.debug("JMX: this JVM was linked without it (" + e.getMessage() + ")");
      return;
    } catch (RuntimeException | LinkageError e) { // or nobody would look any more
      log.debug("JMX: " + e);
    }
    start();
  }

  private void look() {
    Beans known = beans;
    if (known == null) {
      List<MBeanServer> servers = MBeanServerFactory.findMBeanServer(null);
      known = servers.isEmpty() ? null : Beans.find(servers, log);
      beans = known;
    }
    if (known != null) {
      known.follow(instances.all());
    }
  }
}
