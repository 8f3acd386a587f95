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

/** The only version of TLS that instances are spoken to with. */
public final class Tls13 {
  static final String NAME = "TLSv1.3";

  /** Those of RFC 8446 that JDKs have; the JVM's own defaults may leave them out. */
  private static final List<String> SUITES =
      Arrays.asList(
          "TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256");

  private Tls13() {}

  /**
   * Checks that this JVM speaks it.
   *
   * @throws TunnelException that says why not
   */
  public static void require() throws TunnelException {
    try {
      SSLContext context = JdkProviders.sslContext(NAME);
      // with something of its own: the defaults would read the application's trust store
      context.init(new KeyManager[0], new TrustManager[0], JdkProviders.secureRandom());
      if (!Arrays.asList(context.getDefaultSSLParameters().getProtocols()).contains(NAME)) {
        throw new TunnelException(
            ErrorCode.NO_TLS_1_3,
            "TLS 1.3, which AlloyDB needs, is switched off in this JVM (security property"
                + " jdk.tls.disabledAlgorithms)",
            null);
      }
    } catch (NoSuchAlgorithmException e) {
      throw new TunnelException(ErrorCode.NO_TLS_1_3, missing(), e);
    } catch (KeyManagementException e) {
      throw new TunnelException(
          ErrorCode.NO_TLS_1_3, "TLS 1.3, which AlloyDB needs, cannot be used: " + e, e);
    }
  }

  private static String missing() {
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
   * A finished handshake over a connected socket, with the server verified.
   *
   * @param address as it was dialled; with the port it is also what TLS sessions are remembered by
   */
  static SSLSocket handshake(ClientCertificate certificate, Socket tcp, String address, int port)
      throws IOException {
    SSLSocket tls =
        (SSLSocket) certificate.context().getSocketFactory().createSocket(tcp, address, port, true);
    tls.setSSLParameters(parameters(tls));
    tls.startHandshake();
    String protocol = tls.getSession().getProtocol();
    if (!protocol.equals(NAME)) {
      throw new SSLException("the TLS provider negotiated " + protocol + ", not TLS 1.3");
    }
    ServerTrust.checkInstance(tls.getSession(), address);
    return tls;
  }

  /** Protocol and suites, whatever jdk.tls.client.protocols and jdk.tls.client.cipherSuites say. */
  static SSLParameters parameters(SSLSocket tls) {
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setProtocols(new String[] {NAME});
    List<String> suites = new ArrayList<>(SUITES);
    suites.retainAll(Arrays.asList(tls.getSupportedCipherSuites()));
    parameters.setCipherSuites(suites.toArray(new String[0]));
    // the trust manager verifies the address; some providers do only if they are asked to
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    return parameters;
  }
}
