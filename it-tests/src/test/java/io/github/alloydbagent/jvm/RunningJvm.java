package io.github.alloydbagent.jvm;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A running JVM. Its deadline counts from its start. {@code close} kills it and its child processes
 * if they are still running.
 */
public final class RunningJvm implements AutoCloseable {

  private static final Set<RunningJvm> OPEN = ConcurrentHashMap.newKeySet();

  private final Process process;
  private final List<String> command;
  private final long start = System.nanoTime();
  private final Duration deadline;
  private final ProcessOutput out;
  private final ProcessOutput err;
  private final Thread atExit = new Thread(this::kill);

  RunningJvm(Process process, List<String> command, String input, Duration deadline) {
    this.process = process;
    this.command = List.copyOf(command);
    this.deadline = deadline;
    this.out = new ProcessOutput(process.getInputStream());
    this.err = new ProcessOutput(process.getErrorStream());
    Runtime.getRuntime().addShutdownHook(atExit);
    OPEN.add(this);
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // it exited without reading its input; its output shows why
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Waits for the JVM to exit, and kills it at the deadline, as the result then shows.
   *
   * @throws AssertionError if it printed a token or a private key
   */
  public JvmResult await() {
    try {
      long left = deadline.toNanos() - (System.nanoTime() - start);
      boolean ended = process.waitFor(left, TimeUnit.NANOSECONDS);
      if (!ended) {
        requestThreadDump();
        kill();
        process.waitFor();
      }
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      JvmResult result =
          new JvmResult(command, process.exitValue(), !ended, out.whole(), err.whole(), took);
      Secrets.checkNoneIn(result);
      return result;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + command, e);
    }
  }

  /** Requests termination (SIGTERM), as operators do, and waits as {@link #await()} does. */
  public JvmResult terminate() {
    process
        .toHandle()
        .destroy(); // Process.destroy() would close the output before the JVM has written its last
    // lines
    return await();
  }

  /**
   * Waits until standard output contains the text.
   *
   * @throws AssertionError with all output, if the JVM exits or the deadline is reached first
   */
  public void awaitOut(String text) {
    await(out, text);
  }

  /** Like {@link #awaitOut}, for standard error. */
  public void awaitErr(String text) {
    await(err, text);
  }

  /**
   * Like {@link #awaitOut(String)}, for a line that matches this pattern.
   *
   * @return the matched groups
   */
  public MatchResult awaitOut(Pattern pattern) {
    long left = deadline.toNanos() - (System.nanoTime() - start);
    try {
      MatchResult match = out.awaitMatch(pattern, left);
      if (match != null) {
        return match;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + command, e);
    }
    throw absent(pattern.pattern());
  }

  private void await(ProcessOutput output, String text) {
    long left = deadline.toNanos() - (System.nanoTime() - start);
    boolean came;
    try {
      came = output.awaitText(text, left);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + command, e);
    }
    if (!came) {
      throw absent(text);
    }
  }

  private AssertionError absent(String text) {
    kill();
    return new AssertionError("\"" + text + "\" did not appear in the output of\n" + await());
  }

  /** Requests a thread dump (SIGQUIT), which a hung JVM can usually still print. */
  private void requestThreadDump() throws InterruptedException {
    try {
      Process quit = new ProcessBuilder("kill", "-QUIT", String.valueOf(pid())).start();
      quit.waitFor();
      process.waitFor(1, TimeUnit.SECONDS);
    } catch (IOException e) {
      // the command is missing on this machine; there is no thread dump
    }
  }

  private void kill() {
    // children first: they cannot be found after their parent has exited
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    CompletableFuture<?>[] ends =
        children.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(ends)
        .completeOnTimeout(
            null, 5, TimeUnit.SECONDS) // there may be no parent process left to wait for it
        .join();
  }

  /** Closes all that are open, and returns the process IDs of those that were running. */
  static List<Long> closeAll() {
    List<RunningJvm> open = List.copyOf(OPEN);
    List<Long> running = open.stream().filter(RunningJvm::isAlive).map(RunningJvm::pid).toList();
    open.forEach(RunningJvm::close);
    return running;
  }

  @Override
  public void close() {
    OPEN.remove(this);
    kill();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // this process is exiting
    }
  }
}
