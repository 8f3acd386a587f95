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
 * Listens at one loopback address, until it is closed: then nobody can connect any more.
 *
 * <p>For that it waits until its own thread has left {@code accept}. As long as that call is under
 * way in the kernel, the socket goes on listening, though {@code close} has returned.
 */
final class Listener implements AutoCloseable {
  private static final int BACKLOG = 200;

  private final ServerSocket socket;
  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch left = new CountDownLatch(1);

  /**
   * @throws IOException if the address is no loopback one, or taken
   */
  Listener(String address, int port) throws IOException {
    InetAddress ip = InetAddresses.forString(address);
    if (!ip.isLoopbackAddress()) {
      throw new IOException(address + " is no loopback address, and this server is for no other");
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

  /** Gives every client to the server; returns when this is closed. */
  void acceptFor(Consumer<Socket> server) {
    started.countDown();
    try {
      while (!socket.isClosed()) {
        try {
          server.accept(socket.accept());
        } catch (IOException closed) {
          // by close; anything else shows in the next accept
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
