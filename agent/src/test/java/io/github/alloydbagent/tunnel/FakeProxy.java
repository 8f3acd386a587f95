package io.github.alloydbagent.tunnel;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * The server-side proxy of an instance on a loopback address: TLS with a client certificate, then
 * the metadata exchange, then an echo of every byte. Hooks run on its threads while a client waits.
 */
final class FakeProxy implements Closeable {
  private final SSLContext context;
  private final ServerSocket listener;
  private final Thread accepting;
  private final List<Socket> connections = new CopyOnWriteArrayList<>();
  private final CountDownLatch ended = new CountDownLatch(1);

  /** The metadata exchange requests, as Latin-1 text. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  /** Returns why the request is refused, or null. */
  volatile UnaryOperator<String> refusal = request -> null;

  /** Runs before the handshake, after its first byte arrived. */
  volatile Hook beforeHandshake = tcp -> {};

  /** Runs before the metadata exchange is answered. */
  volatile Hook beforeAnswer = tcp -> {};

  /** Something that the server does meanwhile; it may close the connection. */
  interface Hook {
    void run(Socket tcp) throws IOException;
  }

  /**
   * @param port 0 for any
   */
  FakeProxy(SSLContext context, String address, int port) throws IOException {
    this.context = context;
    this.listener = new ServerSocket(port, 50, InetAddress.getByName(address));
    this.accepting = start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Returns the number of connections so far. */
  int accepted() {
    return connections.size();
  }

  private static Thread start(Runnable task) {
    Thread thread = new Thread(task, "fake proxy");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void accept() {
    try {
      while (true) {
        Socket tcp = listener.accept();
        connections.add(tcp);
        Thread unused = start(() -> serve(tcp));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket tcp) {
    try (tcp) {
      byte[] first = tcp.getInputStream().readNBytes(1);
      beforeHandshake.run(tcp);
      SSLSocket tls =
          (SSLSocket)
              context.getSocketFactory().createSocket(tcp, new ByteArrayInputStream(first), true);
      tls.setNeedClientAuth(true);
      DataInputStream in = new DataInputStream(tls.getInputStream());
      DataOutputStream out = new DataOutputStream(tls.getOutputStream());
      String request = new String(in.readNBytes(in.readInt()), StandardCharsets.ISO_8859_1);
      requests.add(request);
      beforeAnswer.run(tcp);
      out.write(answer(refusal.apply(request)));
      in.transferTo(out);
    } catch (IOException e) {
      // the client disconnected, or the test has ended
    } finally {
      ended.countDown();
    }
  }

  /** Waits until a client has closed its connection. */
  void awaitEnd() throws InterruptedException {
    if (!ended.await(20, TimeUnit.SECONDS)) {
      throw new AssertionError("the connections are open");
    }
  }

  private static byte[] answer(String refusal) {
    if (refusal == null) {
      return new byte[] {0, 0, 0, 2, 8, 1};
    }
    byte[] text = refusal.getBytes(StandardCharsets.US_ASCII);
    byte[] answer = new byte[8 + text.length];
    answer[3] = (byte) (4 + text.length);
    System.arraycopy(new byte[] {8, 2, 18, (byte) text.length}, 0, answer, 4, 4);
    System.arraycopy(text, 0, answer, 8, text.length);
    return answer;
  }

  /** Refuses connections from now on; the open ones stay. */
  void stopListening() throws IOException {
    listener.close();
    try {
      accepting.join(); // until then the kernel accepts connections
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
  }

  /** Closes the open connections below TLS. */
  void cut() throws IOException {
    for (Socket connection : connections) {
      connection.close();
    }
  }

  @Override
  public void close() throws IOException {
    stopListening();
    cut();
  }
}
