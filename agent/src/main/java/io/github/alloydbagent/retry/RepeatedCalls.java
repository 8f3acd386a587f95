package io.github.alloydbagent.retry;

import io.github.alloydbagent.time.CancellableTask;
import io.github.alloydbagent.time.Cancellation;
import io.github.alloydbagent.time.Clock;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Runs the blocking calls that fetch one value, and cancels those that are no longer needed: while
 * a server does not respond, {@link Refresher} starts call after call, and hung calls would hold
 * the threads that new calls need once the server responds again.
 *
 * <p>A call is cancelled as soon as a later one succeeds, and then completes with that result. It
 * is also cancelled when two later ones have started, but not in its first {@link
 * Refresher#SLOW_NANOS}. Thread-safe.
 *
 * @param <T> the type of the value
 */
public final class RepeatedCalls<T> {

  /** How many calls, started one after the other by a {@link Refresher}, may run concurrently. */
  private static final int MAX_CALLS = 2;

  private final Executor executor;
  private final Clock clock;

  /** The calls that have not ended and are not cancelled, in order of their start. */
  private final Deque<Call> calls = new ArrayDeque<>(); // guarded by itself

  /**
   * Creates calls of one kind, such as those for the certificate of one cluster.
   *
   * @param executor runs the calls, each as a {@link CancellableTask}
   */
  public RepeatedCalls(Executor executor, Clock clock) {
    this.executor = executor;
    this.clock = clock;
  }

  /**
   * Starts a call. Its future fails with the failure of the call, even if the call was cancelled.
   */
  public CompletableFuture<T> run(Callable<T> work) {
    Call call = new Call(work, clock.nanoTime());
    List<Call> overtaken = new ArrayList<>();
    synchronized (calls) {
      calls.addLast(call);
      while (calls.size() > MAX_CALLS
          && call.startNanos - calls.getFirst().startNanos >= Refresher.SLOW_NANOS) {
        overtaken.add(calls.removeFirst());
      }
    }
    boolean isAccepted = false;
    try {
      executor.execute(call);
      isAccepted = true;
    } finally {
      if (!isAccepted) {
        ended(call);
      }
    }
    for (Call each : overtaken) {
      each.cancel();
    }
    return call.result;
  }

  private void ended(Call call) {
    synchronized (calls) {
      calls.remove(call);
    }
  }

  /** Removes a call that succeeded, and returns those that started before it. */
  private List<Call> succeeded(Call call) {
    List<Call> earlier = new ArrayList<>();
    synchronized (calls) {
      while (calls.contains(call)) {
        earlier.add(calls.removeFirst());
      }
    }
    earlier.remove(call);
    return earlier;
  }

  private final class Call implements CancellableTask {
    private final Callable<T> work;
    final long startNanos;
    final CompletableFuture<T> result = new CompletableFuture<>();
    private final Cancellation cancellation = new Cancellation();
    private boolean isRunning; // guarded by this
    private volatile boolean isCancelled;

    Call(Callable<T> work, long startNanos) {
      this.work = work;
      this.startNanos = startNanos;
    }

    @Override
    public void run() {
      synchronized (this) {
        if (isCancelled) {
          return;
        }
        isRunning = true;
      }
      try {
        T value = cancellation.run(work);
        List<Call> earlier = succeeded(this);
        result.complete(value);
        for (Call call : earlier) {
          call.result.complete(value);
          call.cancel();
        }
      } catch (Throwable e) {
        ended(this);
        if (isCancelled) {
          OvertakenException.mark(e);
        }
        result.completeExceptionally(e);
      }
    }

    /** Ends the call if it is running; otherwise fails it, and it never starts. */
    void cancel() {
      boolean wasRunning;
      synchronized (this) {
        isCancelled = true;
        wasRunning = isRunning;
      }
      if (wasRunning) {
        cancellation.cancel();
        return;
      }
      long millis = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - startNanos);
      SocketTimeoutException failure =
          new SocketTimeoutException(
              "the call could not start for "
                  + Math.round(millis / 100.0) / 10.0
                  + " s, because other calls get no response");
      OvertakenException.mark(failure);
      result.completeExceptionally(failure);
    }

    @Override
    public boolean isCancelled() {
      return isCancelled;
    }
  }
}
