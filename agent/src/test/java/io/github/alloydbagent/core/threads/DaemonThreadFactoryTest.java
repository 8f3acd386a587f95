package io.github.alloydbagent.core.threads;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.util.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DaemonThreadFactoryTest {
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
  private final Log log =
      new Log(LogLevel.TRACE, new PrintStream(logged, true, StandardCharsets.UTF_8));
  private final AtomicReference<Throwable> reachedTheApplication = new AtomicReference<>();
  private Thread.UncaughtExceptionHandler before;

  @BeforeEach
  void handle() {
    before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> reachedTheApplication.set(e));
  }

  @AfterEach
  void restore() {
    Thread.setDefaultUncaughtExceptionHandler(before);
  }

  @Test
  void whatAThreadDoesNotCatchIsLoggedAndReachesNoHandlerOfTheApplication() throws Exception {
    Thread thread =
        new DaemonThreadFactory("test", log).newThread(DaemonThreadFactoryTest::overflow);
    thread.start();
    thread.join();

    assertThat(reachedTheApplication).hasValue(null);
    assertThat(logged.toString(StandardCharsets.UTF_8))
        .contains(" ERROR alloydb-agent: AAJ-999: thread alloydb-agent-test-1 ")
        .contains("java.lang.StackOverflowError")
        .contains("at " + DaemonThreadFactoryTest.class.getName());
  }

  @Test
  void toleratesALogThatThrows() throws Exception {
    PrintStream full =
        new PrintStream(logged, true, StandardCharsets.UTF_8) {
          @Override
          public void println(String line) {
            throw new OutOfMemoryError("no heap for the line");
          }
        };
    Thread thread =
        new DaemonThreadFactory("test", new Log(LogLevel.INFO, full))
            .newThread(DaemonThreadFactoryTest::overflow);
    thread.start();
    thread.join();

    assertThat(reachedTheApplication).hasValue(null);
  }

  @Test
  void everyThreadOfTheAgentIsADaemonWithTheHandler() throws Exception {
    AgentThreads threads = AgentThreads.start(log);
    CountDownLatch done = new CountDownLatch(6);
    Runnable check =
        () -> {
          Thread thread = Thread.currentThread();
          if (thread.isDaemon()
              && thread.getUncaughtExceptionHandler() instanceof UncaughtErrorHandler
              && thread.getName().startsWith("alloydb-agent-")
              && thread.getContextClassLoader() == DaemonThreadFactory.class.getClassLoader()) {
            done.countDown();
          }
        };
    try {
      threads.timer().execute(check);
      threads.workers().execute(check);
      threads.resolver().execute(check);
      threads.lookUps().execute(check);
      threads.dials().execute(check);
      threads.listeners().newThread(check).start();
      assertThat(done.await(10, TimeUnit.SECONDS)).as("%s are not", done.getCount()).isTrue();
    } finally {
      threads.close();
    }
  }

  /** Without this handling, the pool's thread would end, or the future would hide the error. */
  @Test
  void whatATaskThrowsIsLoggedAndItsThreadContinues() throws Exception {
    AgentThreads threads = AgentThreads.start(log);
    try {
      for (int i = 0; i < 5; i++) {
        threads.timer().schedule(DaemonThreadFactoryTest::overflow, 0, TimeUnit.MILLISECONDS);
        threads.workers().execute(DaemonThreadFactoryTest::overflow);
        threads.dials().execute(DaemonThreadFactoryTest::overflow);
        threads.resolver().execute(DaemonThreadFactoryTest::overflow);
      }
      CountDownLatch done = new CountDownLatch(4);
      threads.timer().execute(done::countDown);
      threads.workers().execute(done::countDown);
      threads.dials().execute(done::countDown);
      threads.resolver().execute(done::countDown);
      assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
      threads.dials().execute(() -> {});
    } finally {
      threads.close();
    }
    assertThat(reachedTheApplication).hasValue(null);
    String text = logged.toString(StandardCharsets.UTF_8);
    assertThat(text)
        .contains("thread alloydb-agent-worker-", "thread alloydb-agent-resolver-1 ")
        .doesNotContain("alloydb-agent-resolver-2", "alloydb-agent-timer-2");
  }

  /** Simulates a pipe behind standard error that no process reads. */
  @Test
  void theTimerNeverWaitsForTheLog() throws Exception {
    CountDownLatch mayWrite = new CountDownLatch(1);
    PrintStream blocked =
        new PrintStream(logged, true, StandardCharsets.UTF_8) {
          @Override
          public void println(String line) {
            try {
              mayWrite.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            super.println(line);
          }
        };
    Log slow = new Log(LogLevel.INFO, blocked);
    AgentThreads threads = AgentThreads.start(slow);
    try {
      CountDownLatch ran = new CountDownLatch(1);
      for (int i = 0; i < 5_000; i++) {
        threads.timer().execute(() -> slow.warn(ErrorCode.TCP_REFUSED, "a line of the timer"));
      }
      threads.timer().execute(ran::countDown);
      assertThat(ran.await(10, TimeUnit.SECONDS)).as("the timer runs on").isTrue();
      mayWrite.countDown();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (!logged.toString(StandardCharsets.UTF_8).contains("a line of the timer")
          && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      assertThat(logged.toString(StandardCharsets.UTF_8)).contains("a line of the timer");
    } finally {
      mayWrite.countDown();
      threads.close();
    }
  }

  private static void overflow() {
    throw new StackOverflowError();
  }
}
