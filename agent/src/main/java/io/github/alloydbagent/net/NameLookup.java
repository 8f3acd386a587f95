package io.github.alloydbagent.net;

import io.github.alloydbagent.time.Cancellation;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Looks up names with a timeout, on separate threads, because a lookup cannot be interrupted. */
public final class NameLookup {
  private final Executor executor;

  public NameLookup(Executor executor) {
    this.executor = executor;
  }

  /**
   * Returns all addresses of a name.
   *
   * @throws UnknownHostException if there are no addresses
   * @throws SocketTimeoutException if the name service does not respond in time
   */
  public InetAddress[] lookUp(String host, long timeoutMillis) throws IOException {
    if (host.matches("[0-9.]+|.*:.*")) {
      return InetAddress.getAllByName(host); // already an address
    }
    FutureTask<InetAddress[]> lookUp = new FutureTask<>(() -> InetAddress.getAllByName(host));
    Cancellation.Registration cancellation = Cancellation.onCancel(() -> lookUp.cancel(false));
    try {
      executor.execute(lookUp);
      return lookUp.get(timeoutMillis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof UnknownHostException
          ? (UnknownHostException) e.getCause()
          : new IOException("the name " + host + " could not be looked up: " + e.getCause(), e);
    } catch (TimeoutException | CancellationException | RejectedExecutionException e) {
      SocketTimeoutException timeout =
          new SocketTimeoutException(
              "the name " + host + " was not resolved after " + timeoutMillis + " ms");
      timeout.initCause(e);
      throw timeout;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while " + host + " was looked up");
    } finally {
      cancellation.close();
      lookUp.cancel(false); // skips a lookup that has not started
    }
  }
}
