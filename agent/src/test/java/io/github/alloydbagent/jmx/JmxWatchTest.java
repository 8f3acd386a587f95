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
import java.util.concurrent.Callable;
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
  void looksAgainOnceTheListenerHasReturned() throws Exception {
    HeldTimer held = new HeldTimer();
    InstanceStatus status = NoEvents.status("projects/later", () -> "app@p", () -> 0);
    instances.add(status);
    AtomicInteger checks = new AtomicInteger();
    Executor counting =
        task -> {
          checks.incrementAndGet();
          task.run();
        };
    new JmxWatch(
            instances,
            held,
            counting,
            Executors.defaultThreadFactory(),
            new Log(LogLevel.OFF, System.err))
        .start();
    held.take().run();
    assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();
    held.take().run();
    assertThat(checks).as("checks while a listener blocks").hasValue(1);

    mayReturn.countDown();
    runUntil(held, () -> checks.get() > 1);
    assertThat(names("projects/later")).hasSize(1);
    instances.remove(status);
    runUntil(held, () -> names("projects/later").isEmpty());
    assertThat(held.pending()).as("one task").hasSize(1);
  }

  private static void runUntil(HeldTimer held, Callable<Boolean> condition) throws Exception {
    for (int i = 0; i < 2_000 && !condition.call(); i++) {
      held.take().run();
      Thread.sleep(5);
    }
    assertThat(condition.call()).isTrue();
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
    // servers are queried again after some checks
    runUntil(held, () -> !names("projects/error").isEmpty());
  }

  /** Regression: there were no further checks. */
  @Test
  void checksAgainIfNoWorkerCouldTakeACheck() throws Exception {
    HeldTimer held = new HeldTimer();
    mayReturn.countDown();
    instances.add(NoEvents.status("projects/rejected", () -> "app@p", () -> 0));
    AtomicInteger checks = new AtomicInteger();
    Executor rejecting =
        task -> {
          if (checks.incrementAndGet() == 1) {
            throw new OutOfMemoryError("thrown by a test");
          }
          task.run();
        };
    new JmxWatch(
            instances,
            held,
            rejecting,
            Executors.defaultThreadFactory(),
            new Log(LogLevel.OFF, System.err))
        .start();
    runUntil(held, () -> !names("projects/rejected").isEmpty());
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
