package io.github.alloydbagent.tunnel;

import java.security.KeyManagementException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** The only version of TLS that instances are spoken to with. */
public final class Tls13 {
  static final String NAME = "TLSv1.3";

  private Tls13() {}

  /**
   * Checks that this JVM speaks it.
   *
   * @throws TunnelException that says why not
   */
  public static void require() throws TunnelException {
    try {
      SSLContext context = SSLContext.getInstance(NAME);
      // with something of its own: the defaults would read the application's trust store
      context.init(new KeyManager[0], new TrustManager[0], null);
      if (!Arrays.asList(context.getDefaultSSLParameters().getProtocols()).contains(NAME)) {
        throw new TunnelException(
            "TLS 1.3, which AlloyDB needs, is switched off in this JVM (security property"
                + " jdk.tls.disabledAlgorithms)",
            null);
      }
    } catch (NoSuchAlgorithmException e) {
      throw new TunnelException(
          "this JVM ("
              + System.getProperty("java.version")
              + ") has no TLS 1.3, which AlloyDB needs: Java 8 has it since 8u261",
          e);
    } catch (KeyManagementException e) {
      throw new TunnelException("TLS 1.3, which AlloyDB needs, cannot be used: " + e, e);
    }
  }
}
