package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.status.NoEvents;
import io.github.alloydbagent.tunnel.socket.RecordSocket;
import io.github.alloydbagent.tunnel.socket.TunnelSocket;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * A tunnel and its server, both with TLS 1.3, connected by a network that can delay the server's
 * bytes.
 */
public final class TlsPair implements Closeable {

  public static final ScheduledExecutorService TIMER =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "test-timer");
            thread.setDaemon(true);
            return thread;
          });

  private static final char[] PASSWORD = "changeit".toCharArray();

  public final TunnelSocket tunnel;
  final SSLSocket tls;
  final RecordSocket tcp;
  public final SSLSocket server;
  private final Socket toClient;
  private final Socket toServer;
  private final ByteArrayOutputStream held = new ByteArrayOutputStream();
  private boolean holding;

  public TlsPair(SSLContext context) throws Exception {
    this(context, () -> {});
  }

  /**
   * @param closing is called by the thread that closes the client's TCP connection
   */
  TlsPair(SSLContext context, Runnable closing) throws Exception {
    InetAddress here = InetAddress.getLoopbackAddress();
    try (ServerSocket clients = new ServerSocket(0, 1, here);
        ServerSocket servers = new ServerSocket(0, 1, here)) {
      Socket client =
          new Socket() {
            @Override
            @SuppressWarnings("UnsynchronizedOverridesSynchronized")
            public void close() throws IOException {
              closing.run();
              super.close();
            }
          };
      client.setReceiveBufferSize(4096);
      client.connect(new InetSocketAddress(here, clients.getLocalPort()));
      toClient = clients.accept();
      toServer = new Socket(here, servers.getLocalPort());
      Socket accepted = servers.accept();
      server = (SSLSocket) context.getSocketFactory().createSocket(accepted, "127.0.0.1", 0, true);
      server.setUseClientMode(false);
      tcp = new RecordSocket(client);
      tls = (SSLSocket) context.getSocketFactory().createSocket(tcp, "127.0.0.1", 0, true);
      for (SSLSocket each : new SSLSocket[] {tls, server}) {
        each.setEnabledProtocols(new String[] {"TLSv1.3"});
      }
      copy(toServer.getInputStream(), true);
      copy(toClient.getInputStream(), false);
      CompletableFuture<Void> handshake =
          CompletableFuture.runAsync(
              () -> {
                try {
                  server.startHandshake();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      tls.startHandshake();
      handshake.get(20, TimeUnit.SECONDS);
      tunnel =
          new TunnelSocket(
              tls,
              tcp,
              null,
              false,
              NoEvents.status("i", () -> "p", () -> 0).newTraffic(),
              TlsPair.TIMER);
    }
  }

  /** Has a separate certificate, created by the JDK's keytool. */
  public static SSLContext context(Path directory) throws Exception {
    Path file = directory.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "here",
                "-keyalg",
                "EC",
                "-dname",
                "CN=here",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                file.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(keytool.getInputStream().readAllBytes());
    if (keytool.waitFor() != 0) {
      throw new AssertionError(output);
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(keys, PASSWORD);
    KeyStore anchors = KeyStore.getInstance("PKCS12");
    anchors.load(null, null);
    anchors.setCertificateEntry("here", keys.getCertificate("here"));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(anchors);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  /** Delays what the server sends from now on. */
  public synchronized void hold() {
    holding = true;
  }

  /** Waits for this many delayed bytes and releases the first of them. */
  public synchronized void release(int first, int of) throws IOException, InterruptedException {
    while (held.size() < of) {
      wait();
    }
    byte[] bytes = held.toByteArray();
    toClient.getOutputStream().write(bytes, 0, first);
    held.reset();
    held.write(bytes, first, bytes.length - first);
  }

  public synchronized void releaseAll() throws IOException {
    holding = false;
    held.writeTo(toClient.getOutputStream());
    held.reset();
  }

  /** Closes the connection below TLS, like a server that is killed. */
  void cut() throws IOException {
    toClient.close();
    toServer.close();
  }

  /** Reads the session tickets that a server sends after the handshake. */
  public void drainTickets() throws IOException {
    server.getOutputStream().write(7);
    if (tunnel.getInputStream().read() != 7) {
      throw new IOException("something else");
    }
  }

  @Override
  public void close() throws IOException {
    toClient.close();
    toServer.close();
    tunnel.close();
    server.close();
  }

  private void copy(InputStream from, boolean towardsClient) {
    Thread thread =
        new Thread(
            () -> {
              byte[] buffer = new byte[32768];
              try {
                for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                  if (towardsClient) {
                    toClient(buffer, n);
                  } else {
                    toServer.getOutputStream().write(buffer, 0, n);
                  }
                }
                (towardsClient ? toClient : toServer).shutdownOutput();
              } catch (IOException closed) {
                // the test has ended
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private synchronized void toClient(byte[] bytes, int length) throws IOException {
    if (holding) {
      held.write(bytes, 0, length);
      notifyAll();
    } else {
      toClient.getOutputStream().write(bytes, 0, length);
    }
  }
}
