package io.github.alloydbagent.tunnel.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.alloydbagent.status.NoEvents;
import io.github.alloydbagent.tunnel.TlsPair;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Uses real TLS 1.3. */
@Timeout(60)
class TunnelSocketTest {

  private static SSLContext context;

  private TlsPair pair;
  private InputStream in;
  private OutputStream out;

  @BeforeAll
  static void certificate(@TempDir Path directory) throws Exception {
    context = TlsPair.context(directory);
  }

  @BeforeEach
  void connect() throws Exception {
    pair = new TlsPair(context);
    in = pair.tunnel.getInputStream();
    out = pair.tunnel.getOutputStream();
  }

  @AfterEach
  void disconnect() throws IOException {
    pair.close();
  }

  @Test
  void carriesBytesBothWays() throws Exception {
    byte[] data = data(200_000);
    CompletableFuture<byte[]> arrived =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                byte[] got = pair.server.getInputStream().readNBytes(data.length);
                pair.server.getOutputStream().write(got);
                return got;
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    out.write(data[0]);
    out.write(data, 1, data.length - 1);
    out.flush();
    assertThat(in.readNBytes(data.length)).isEqualTo(data);
    assertThat(arrived.get()).isEqualTo(data);
  }

  @Test
  void availableIncludesUndecryptedData() throws Exception {
    assertThat(in.available()).isZero(); // session tickets may have arrived
    pair.server.getOutputStream().write(new byte[] {1, 2, 3});
    awaitAvailable();
    assertThat(in.available()).isEqualTo(3);
    assertThat(in.readNBytes(3)).containsExactly(1, 2, 3);
    assertThat(in.available()).isZero();
  }

  @Test
  void returnsThePeekedByteFromEveryRead() throws Exception {
    OutputStream server = pair.server.getOutputStream();
    server.write(new byte[] {-1, 2});
    awaitAvailable();
    assertThat(in.read(new byte[0])).isZero();
    assertThat(in.read()).isEqualTo(255);
    assertThat(in.read()).isEqualTo(2);

    server.write(new byte[] {3, 4, 5});
    awaitAvailable();
    byte[] one = new byte[3];
    assertThat(in.read(one, 1, 1)).isEqualTo(1);
    assertThat(one).containsExactly(0, 3, 0);
    assertThat(in.read(one)).isEqualTo(2);
    assertThat(one).startsWith(4, 5);

    server.write(6);
    awaitAvailable();
    assertThat(in.read(one)).isEqualTo(1);
    assertThat(one).startsWith(6);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 6, 20, 21, 500, 1020})
  void losesNoBytesAfterHalfARecord(int half) throws Exception {
    pair.drainTickets();
    byte[] data = data(1000);
    pair.hold();
    pair.server.getOutputStream().write(data);
    pair.release(half, 1022); // header, data, content type, authentication tag: RFC 8446 section 5

    pair.tunnel.setSoTimeout(50);
    assertThat(in.available()).isZero();
    assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class);
    assertThat(in.available()).isZero();
    assertThat(pair.tunnel.getSoTimeout()).isEqualTo(50);

    pair.tunnel.setSoTimeout(0);
    pair.releaseAll();
    assertThat(in.readNBytes(1000)).isEqualTo(data);
  }

  @Test
  void restoresTheTimeout() throws Exception {
    pair.tunnel.setSoTimeout(1234);
    pair.server.getOutputStream().write(1);
    awaitAvailable();
    assertThat(pair.tunnel.getSoTimeout()).isEqualTo(1234);
  }

  @Test
  void endsWhenTheServerEnds() throws Exception {
    pair.server.close();
    assertThat(in.read()).isEqualTo(-1);
    assertThat(in.available()).isZero();
    assertThat(in.read(new byte[5])).isEqualTo(-1);
  }

  @Test
  void ignoresAttemptsToConnectAgain() throws Exception {
    TunnelSocket tunnel = pair.tunnel;
    tunnel.bind(new InetSocketAddress(0));
    tunnel.connect(InetSocketAddress.createUnresolved("alias.invalid", 5432));
    tunnel.connect(InetSocketAddress.createUnresolved("alias.invalid", 5432), 10);
    assertThat(tunnel.isConnected()).isTrue();
    assertThat(tunnel.isClosed()).isFalse();
    assertThat(tunnel).isNotInstanceOf(SSLSocket.class);
  }

  @Test
  void staysClosed() throws Exception {
    pair.tunnel.close();
    pair.tunnel.close();
    assertThat(pair.tunnel.isClosed()).isTrue();
    assertThat(pair.server.getInputStream().read())
        .isEqualTo(-1); // close_notify instead of a reset
    for (Throwable thrown :
        new Throwable[] {
          catchThrowable(() -> in.read()),
          catchThrowable(() -> in.available()),
          catchThrowable(() -> out.write(1)),
          catchThrowable(() -> pair.tunnel.getInputStream()),
          catchThrowable(() -> pair.tunnel.getOutputStream()),
          catchThrowable(() -> pair.tunnel.setSoTimeout(1))
        }) {
      assertThat(thrown).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void aStreamClosesTheSocket() throws Exception {
    in.close();
    assertThat(pair.tunnel.isClosed()).isTrue();
    out.close();
  }

  @Test
  void closeUnblocksARead() throws Exception {
    CompletableFuture<Throwable> read = new CompletableFuture<>();
    Thread reader = new Thread(() -> read.complete(catchThrowable(in::read)));
    reader.start();
    awaitIn(reader, "read");
    pair.tunnel.close();
    assertThat(read.get(5, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
  }

  @Test
  void closeUnblocksAWrite() throws Exception {
    CompletableFuture<Throwable> write = new CompletableFuture<>();
    Thread writer =
        new Thread(
            () ->
                write.complete(
                    catchThrowable(
                        () -> {
                          while (true) { // the server does not read
                            out.write(new byte[65536]);
                          }
                        })));
    writer.start();
    awaitStuck(writer);
    long start = System.nanoTime();
    pair.tunnel.close();
    assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(5));
    assertThat(write.get(5, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
  }

  /** Regression: close waited for ever for room in the send buffer, with no write in progress. */
  @Test
  void closeEndsIfThereIsNoRoomForCloseNotify() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    AtomicBoolean isFull = new AtomicBoolean();
    try (ServerSocket servers = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket client =
            new Socket(servers.getInetAddress(), servers.getLocalPort()) {
              @Override
              public OutputStream getOutputStream() throws IOException {
                return new FilterOutputStream(super.getOutputStream()) {
                  @Override
                  public void write(byte[] bytes, int offset, int length) throws IOException {
                    if (isFull.get()) {
                      try {
                        closed.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                      throw new SocketException("Socket closed");
                    }
                    out.write(bytes, offset, length);
                  }
                };
              }

              @Override
              public void close() throws IOException {
                super.close();
                closed.countDown();
              }
            };
        Socket accepted = servers.accept()) {
      SSLSocket server =
          (SSLSocket) context.getSocketFactory().createSocket(accepted, "127.0.0.1", 0, true);
      server.setUseClientMode(false);
      RecordSocket tcp = new RecordSocket(client);
      SSLSocket tls =
          (SSLSocket) context.getSocketFactory().createSocket(tcp, "127.0.0.1", 0, true);
      CompletableFuture<Throwable> handshake =
          CompletableFuture.supplyAsync(() -> catchThrowable(server::startHandshake));
      tls.startHandshake();
      assertThat(handshake.get(20, TimeUnit.SECONDS)).isNull();
      TunnelSocket tunnel =
          new TunnelSocket(
              tls,
              tcp,
              null,
              false,
              NoEvents.status("i", () -> "p", () -> 0).newTraffic(),
              TlsPair.TIMER);
      isFull.set(true);
      CompletableFuture<Throwable> closing =
          CompletableFuture.supplyAsync(() -> catchThrowable(tunnel::close));
      assertThat(closing).succeedsWithin(10, TimeUnit.SECONDS);
      assertThat(tunnel.isClosed()).isTrue();
    }
  }

  @Test
  void reportsANonTlsServerImmediately() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket tcp = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket accepted = server.accept()) {
      accepted
          .getOutputStream()
          .write('E'); // the first byte of a PostgreSQL error; the connection stays open
      SSLSocket tls =
          (SSLSocket)
              context.getSocketFactory().createSocket(new RecordSocket(tcp), "127.0.0.1", 0, true);
      accepted.getOutputStream().write("\0\0\0\11SFATAL\0".getBytes());
      assertThatThrownBy(tls::startHandshake).isInstanceOf(SSLException.class);
    }
  }

  private void awaitAvailable() throws IOException {
    while (in.available() == 0) {
      Thread.onSpinWait();
    }
  }

  private static void awaitIn(Thread thread, String method) {
    while (java.util.Arrays.stream(thread.getStackTrace())
        .noneMatch(frame -> frame.getClassName().contains("RecordInput"))) {
      Thread.onSpinWait();
    }
    assertThat(thread.getStackTrace()).anyMatch(frame -> frame.getMethodName().contains(method));
  }

  /** Waits until a native write has blocked for half a second: the network's buffers are full. */
  private void awaitStuck(Thread writer) throws Exception {
    int same = 0;
    while (same < 20) {
      boolean writing =
          java.util.Arrays.stream(writer.getStackTrace())
              .anyMatch(frame -> frame.getClassName().endsWith("SocketImpl"));
      same = writing ? same + 1 : 0;
      Thread.sleep(25); // no API reports that a kernel's buffer is full
    }
  }

  private static byte[] data(int length) {
    byte[] data = new byte[length];
    new Random(length).nextBytes(data);
    return data;
  }
}
