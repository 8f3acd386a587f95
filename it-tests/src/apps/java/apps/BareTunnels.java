package apps;

import java.io.DataInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.SocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * A minimal tunnel in Java, as a {@code socketFactory} of pgjdbc: TLS 1.3 in one context, so that
 * sessions are resumed, and the metadata exchange. It reads files prepared in the directory {@code
 * bench.bare}: {@code keys.jks} with the client's key and the cluster's authority, {@code exchange}
 * with the request and its length, and {@code address}.
 */
public final class BareTunnels extends SocketFactory {
  private static final int PORT = 5433;
  private static final SSLContext CONTEXT;
  private static final byte[] REQUEST;
  private static final String ADDRESS;

  static {
    try {
      File directory = new File(System.getProperty("bench.bare"));
      CONTEXT = context(new File(directory, "keys.jks"));
      REQUEST = Files.readAllBytes(new File(directory, "exchange").toPath());
      ADDRESS = new String(Files.readAllBytes(new File(directory, "address").toPath()), "US-ASCII");
    } catch (IOException | GeneralSecurityException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static SSLContext context(File file) throws IOException, GeneralSecurityException {
    char[] password = "changeit".toCharArray();
    KeyStore store = KeyStore.getInstance("JKS");
    try (InputStream in = new FileInputStream(file)) {
      store.load(in, password);
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, password);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  /** Returns a connected tunnel; the driver does not connect a connected socket again. */
  @Override
  public Socket createSocket() throws IOException {
    Socket tcp = new Socket();
    tcp.setTcpNoDelay(true);
    tcp.connect(new InetSocketAddress(ADDRESS, PORT), 10_000);
    SSLSocket tls = (SSLSocket) CONTEXT.getSocketFactory().createSocket(tcp, ADDRESS, PORT, true);
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    tls.setSSLParameters(parameters);
    tls.startHandshake();
    tls.getOutputStream().write(REQUEST);
    DataInputStream in = new DataInputStream(tls.getInputStream());
    byte[] answer = new byte[in.readInt()];
    in.readFully(answer);
    if (!ByteBuffer.wrap(answer).equals(ByteBuffer.wrap(new byte[] {8, 1}))) {
      throw new IOException("the exchange was refused");
    }
    return tls;
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException();
  }
}
