package io.github.alloydbagent.crypto;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A TLS server on loopback whose certificate has the given names and is issued by a separate
 * authority.
 */
public final class TestServer implements Closeable {
  private final Issued authority = Issued.authority("authority");
  private final ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());

  public TestServer(String... names) throws Exception {
    Issued server = Issued.builder("server").names(names).by(authority);
    char[] password = "changeit".toCharArray();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry(
        "server",
        server.key.getPrivate(),
        password,
        new Certificate[] {server.certificate, authority.certificate});
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(keys, password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
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
    return authority.certificate;
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
