package io.github.alloydbagent.local;

import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Accepts connections on one loopback address until it is closed; after that, connections fail.
 *
 * <p>{@code close} waits until the listener's thread has returned from {@code accept}. While that
 * call is blocked in the kernel, the socket keeps listening although it was closed.
 */
final class Listener implements AutoCloseable {
  private static final int BACKLOG = 200;

  private final ServerSocket socket;
  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch left = new CountDownLatch(1);

  /**
   * @throws IOException if the address is not a loopback address or is in use
   */
  Listener(String address, int port) throws IOException {
    InetAddress ip = InetAddresses.forString(address);
    if (!ip.isLoopbackAddress()) {
      throw new IOException(address + " is not a loopback address; this server accepts only those");
    }
    socket = new ServerSocket();
    socket.setReuseAddress(true);
    try {
      socket.bind(new InetSocketAddress(ip, port), BACKLOG);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Passes every accepted connection to the server; returns after {@code close}. */
  void acceptFor(Consumer<Socket> server) {
    started.countDown();
    try {
      while (!socket.isClosed()) {
        try {
          server.accept(socket.accept());
        } catch (IOException closed) {
          // closed; any other failure recurs in the next accept
        }
      }
    } finally {
      left.countDown();
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
      if (started.getCount() == 0 && !left.await(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("still listening at " + socket.getLocalSocketAddress());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
