package io.github.alloydbagent.crypto;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A TLS server on loopback whose certificate has the given names and is issued by a separate
 * authority.
 */
public final class TestServer implements Closeable {
  private final TestAuthority authority = new TestAuthority();
  private final ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());

  public TestServer(String... names) throws Exception {
    SSLContext context = authority.server(names);
    Thread thread = new Thread(() -> serve(context), "test server");
    thread.setDaemon(true);
    thread.start();
  }

  private void serve(SSLContext context) {
    while (!listener.isClosed()) {
      try (Socket tcp = listener.accept();
          SSLSocket tls =
              (SSLSocket) context.getSocketFactory().createSocket(tcp, null, tcp.getPort(), true)) {
        tls.setUseClientMode(false);
        tls.startHandshake();
        int unused = tls.getInputStream().read();
      } catch (IOException e) {
        // the client refused this server, or the test has ended
      }
    }
  }

  public int port() {
    return listener.getLocalPort();
  }

  public X509Certificate authority() {
    return authority.certificate();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
