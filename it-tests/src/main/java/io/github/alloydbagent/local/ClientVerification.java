package io.github.alloydbagent.local;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Verifies client certificates with the JDK's trust manager, except for chosen sockets, whose
 * certificates it refuses. It remembers the sockets that it verified: a session without
 * verification was resumed.
 */
final class ClientVerification extends X509ExtendedTrustManager {
  private final Supplier<X509ExtendedTrustManager> jdk;
  private final Set<Socket> refused = sockets();
  private final Set<Socket> asked = sockets();

  /**
   * @param jdk supplies the JDK's trust manager for each client
   */
  ClientVerification(Supplier<X509ExtendedTrustManager> jdk) {
    this.jdk = jdk;
  }

  private static Set<Socket> sockets() {
    return Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
  }

  void refuse(Socket socket) {
    refused.add(socket);
  }

  boolean wasAsked(Socket socket) {
    return asked.contains(socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    asked.add(socket);
    if (refused.contains(socket)) {
      throw new CertificateException("this client must be refused");
    }
    jdk.get().checkClientTrusted(chain, authType, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    jdk.get().checkClientTrusted(chain, authType, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    jdk.get().checkClientTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("a server does not verify servers");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("a server does not verify servers");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("a server does not verify servers");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return jdk.get().getAcceptedIssuers();
  }
}
