package io.github.alloydbagent.net;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Looks up names within a time, on threads of their own: a look-up cannot be interrupted. */
public final class NameLookup {
  private final Executor threads;

  public NameLookup(Executor threads) {
    this.threads = threads;
  }

  /**
   * All addresses of a name.
   *
   * @throws UnknownHostException if there are none
   * @throws SocketTimeoutException if the name service does not answer in time
   */
  public InetAddress[] all(String host, long timeoutMillis) throws IOException {
    if (host.matches("[0-9.]+|.*:.*")) {
      return InetAddress.getAllByName(host); // an address
    }
    FutureTask<InetAddress[]> lookUp = new FutureTask<>(() -> InetAddress.getAllByName(host));
    try {
      threads.execute(lookUp);
      return lookUp.get(timeoutMillis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof UnknownHostException
          ? (UnknownHostException) e.getCause()
          : new IOException("the name " + host + " could not be looked up: " + e.getCause(), e);
    } catch (TimeoutException | RejectedExecutionException e) {
      SocketTimeoutException late =
          new SocketTimeoutException(
              "the name " + host + " was not resolved after " + timeoutMillis + " ms");
      late.initCause(e);
      throw late;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while " + host + " was looked up");
    } finally {
      lookUp.cancel(false); // no use in starting it later
    }
  }
}
