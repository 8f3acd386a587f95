package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.crypto.JdkProviders;
import io.github.alloydbagent.crypto.ServerTrust;
import io.github.alloydbagent.refresh.ClientCertificate;
import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import java.net.Socket;
import java.security.KeyManagementException;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** TLS 1.3, the only version of TLS that the agent uses with instances. */
public final class Tls13 {
  static final String PROTOCOL = "TLSv1.3";

  /** The cipher suites of RFC 8446 that JDKs support; the JVM's defaults may exclude them. */
  private static final List<String> CIPHER_SUITES =
      Arrays.asList(
          "TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256");

  private Tls13() {}

  /**
   * Checks that this JVM supports TLS 1.3.
   *
   * @throws TunnelException if it does not; the message contains the reason
   */
  public static void require() throws TunnelException {
    try {
      SSLContext context = JdkProviders.sslContext(PROTOCOL);
      // explicit managers: the defaults would read the application's trust store
      context.init(new KeyManager[0], new TrustManager[0], JdkProviders.secureRandom());
      if (!Arrays.asList(context.getDefaultSSLParameters().getProtocols()).contains(PROTOCOL)) {
        throw new TunnelException(
            ErrorCode.NO_TLS_1_3,
            "TLS 1.3, which AlloyDB needs, is disabled in this JVM (security property"
                + " jdk.tls.disabledAlgorithms)",
            null);
      }
    } catch (NoSuchAlgorithmException e) {
      throw new TunnelException(ErrorCode.NO_TLS_1_3, missingMessage(), e);
    } catch (KeyManagementException e) {
      throw new TunnelException(
          ErrorCode.NO_TLS_1_3, "TLS 1.3, which AlloyDB needs, cannot be used: " + e, e);
    }
  }

  private static String missingMessage() {
    String version = System.getProperty("java.version");
    return JdkProviders.find("SSLContext", "TLSv1.2") == null
        ? "this JVM ("
            + version
            + ") lacks the JDK's own TLS, which the agent uses: no security provider SunJSSE is"
            + " registered. Add it to the security.provider entries of java.security"
        : "this JVM ("
            + version
            + ") has no TLS 1.3, which AlloyDB needs: Java 8 has it since 8u261";
  }

  /**
   * Performs the handshake over a connected socket and verifies the server.
   *
   * @param address the dialed address; together with the port it also identifies the TLS session to
   *     resume
   */
  static SSLSocket handshake(ClientCertificate certificate, Socket tcp, String address, int port)
      throws IOException {
    SSLSocket tls =
        (SSLSocket) certificate.context().getSocketFactory().createSocket(tcp, address, port, true);
    tls.setSSLParameters(parameters(tls));
    tls.startHandshake();
    String protocol = tls.getSession().getProtocol();
    if (!protocol.equals(PROTOCOL)) {
      throw new SSLException("the TLS provider negotiated " + protocol + ", not TLS 1.3");
    }
    ServerTrust.checkInstance(tls.getSession(), address);
    return tls;
  }

  /**
   * Returns the protocol and cipher suites, which override jdk.tls.client.protocols and
   * jdk.tls.client.cipherSuites.
   */
  static SSLParameters parameters(SSLSocket tls) {
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setProtocols(new String[] {PROTOCOL});
    List<String> suites = new ArrayList<>(CIPHER_SUITES);
    suites.retainAll(Arrays.asList(tls.getSupportedCipherSuites()));
    parameters.setCipherSuites(suites.toArray(new String[0]));
    // The trust manager verifies the address in any case; some TLS providers verify it only if this
    // is set.
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    return parameters;
  }
}
