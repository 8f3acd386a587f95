package io.github.alloydbagent.jvm;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A JVM that runs. Its deadline counts from its start; closing it kills it, and what it has
 * started, if it still runs.
 */
public final class RunningJvm implements AutoCloseable {

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
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // it ended without reading its input; what it said tells why
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Waits for its end; at the deadline it is killed, and the result says so.
   *
   * @throws AssertionError if it has printed a token or a private key
   */
  public JvmResult await() {
    try {
      long left = deadline.toNanos() - (System.nanoTime() - start);
      boolean ended = process.waitFor(left, TimeUnit.NANOSECONDS);
      if (!ended) {
        askForThreads();
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

  /** Asks it to end, as operators do (SIGTERM), and waits for that as {@link #await()} does. */
  public JvmResult terminate() {
    process.toHandle().destroy(); // Process.destroy() would close the output before its end came
    return await();
  }

  /**
   * Waits until standard output has the text.
   *
   * @throws AssertionError with all that was said, if the JVM ends, or the deadline comes, before
   */
  public void awaitOut(String text) {
    await(out, text);
  }

  /** As {@link #awaitOut}, for standard error. */
  public void awaitErr(String text) {
    await(err, text);
  }

  /**
   * As {@link #awaitOut(String)}, for a line that has this pattern.
   *
   * @return what its groups matched
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

  /** A hung JVM prints its threads on SIGQUIT, if it still can. */
  private void askForThreads() throws InterruptedException {
    try {
      Process quit = new ProcessBuilder("kill", "-QUIT", String.valueOf(pid())).start();
      quit.waitFor();
      process.waitFor(1, TimeUnit.SECONDS);
    } catch (IOException e) {
      // no such command here; the threads stay unknown
    }
  }

  private void kill() {
    // the children first: without their parent they could no longer be found
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    CompletableFuture<?>[] ends =
        children.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(ends)
        .completeOnTimeout(null, 5, TimeUnit.SECONDS) // nobody may be there to bury them
        .join();
  }

  @Override
  public void close() {
    kill();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // this process ends
    }
  }
}
