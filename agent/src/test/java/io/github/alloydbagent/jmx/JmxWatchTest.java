package io.github.alloydbagent.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.status.Instances;
import io.github.alloydbagent.status.NoEvents;
import io.github.alloydbagent.time.HeldTimer;
import java.lang.management.ManagementFactory;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.MBeanServer;
import javax.management.MBeanServerDelegate;
import javax.management.MBeanServerNotification;
import javax.management.NotificationListener;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the watch with the platform MBean server and a listener of the application that blocks. */
@Timeout(60)
class JmxWatchTest {
  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
  private final Instances instances = new Instances();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final ExecutorService workers = Executors.newSingleThreadExecutor();
  private final CountDownLatch called = new CountDownLatch(1);
  private final CountDownLatch mayReturn = new CountDownLatch(1);
  private final NotificationListener listener =
      (notification, handback) -> {
        if (((MBeanServerNotification) notification)
            .getMBeanName()
            .getDomain()
            .contains("alloydb")) {
          called.countDown();
          try {
            mayReturn.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }
      };

  @BeforeEach
  void listen() throws Exception {
    server.addNotificationListener(MBeanServerDelegate.DELEGATE_NAME, listener, null, null);
  }

  @AfterEach
  void stop() throws Exception {
    mayReturn.countDown();
    server.removeNotificationListener(MBeanServerDelegate.DELEGATE_NAME, listener);
    timer.shutdownNow();
    workers.shutdownNow();
    for (ObjectName name : server.queryNames(new ObjectName("io.github.alloydbagent:*"), null)) {
      server.unregisterMBean(name);
    }
  }

  @Test
  void aListenerThatBlocksDoesNotStopTheTimerOrTheWorkers() throws Exception {
    instances.add(NoEvents.status("projects/blocked", () -> "app@p", () -> 0));
    watch(timer).start();
    assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();
    CountDownLatch ran = new CountDownLatch(2);
    timer.execute(ran::countDown);
    workers.execute(ran::countDown);
    assertThat(ran.await(5, TimeUnit.SECONDS)).as("both run on").isTrue();
  }

  @Test
  void looksAgainOnceTheListenerHasReturnedAndHasOneScheduledTaskAtMost() throws Exception {
    HeldTimer held = new HeldTimer();
    InstanceStatus status = NoEvents.status("projects/later", () -> "app@p", () -> 0);
    instances.add(status);
    watch(held).start();
    held.take().run();
    assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(held.pending()).as("looks while a listener blocks").isEmpty();

    mayReturn.countDown();
    HeldTimer.Held next = held.take();
    assertThat(names("projects/later")).hasSize(1);
    assertThat(held.pending()).isEmpty();
    next.run();
    next = held.take();
    assertThat(held.pending()).isEmpty();

    instances.remove(status);
    next.run();
    held.take();
    assertThat(names("projects/later")).isEmpty();
  }

  /** If the thread that calls servers cannot be started, the next check tries again. */
  @Test
  void checksAgainAfterAnError() throws Exception {
    HeldTimer held = new HeldTimer();
    mayReturn.countDown();
    instances.add(NoEvents.status("projects/error", () -> "app@p", () -> 0));
    AtomicInteger threads = new AtomicInteger();
    Executor caller =
        task -> {
          try {
            task.run();
          } catch (OutOfMemoryError e) {
            // like a worker, which continues
          }
        };
    new JmxWatch(
            instances,
            held,
            caller,
            task -> {
              if (threads.incrementAndGet() == 1) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              return new Thread(task);
            },
            new Log(LogLevel.OFF, System.err))
        .start();
    held.take().run();
    HeldTimer.Held next = held.take();
    next.run();
    for (int i = 0; i < 10 && names("projects/error").isEmpty(); i++) {
      held.take().run(); // servers are queried again after some checks
    }
    held.take();
    assertThat(names("projects/error")).hasSize(1);
  }

  private JmxWatch watch(ScheduledExecutorService by) {
    return new JmxWatch(
        instances,
        by,
        workers,
        Executors.defaultThreadFactory(),
        new Log(LogLevel.OFF, System.err));
  }

  private Set<ObjectName> names(String instance) throws Exception {
    return server.queryNames(
        new ObjectName("io.github.alloydbagent:type=Instance,name=" + ObjectName.quote(instance)),
        null);
  }
}
