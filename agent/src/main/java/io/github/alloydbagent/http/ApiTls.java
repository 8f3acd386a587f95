package io.github.alloydbagent.http;

import io.github.alloydbagent.crypto.JdkProviders;
import io.github.alloydbagent.crypto.ServerTrust;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** TLS 1.2 or 1.3 for API calls, independent of the JVM's defaults. */
final class ApiTls {
  private static final List<String> PROTOCOLS = Arrays.asList("TLSv1.3", "TLSv1.2");

  private final SSLContext context;

  ApiTls(ServerTrust trust) throws IOException {
    try {
      // the context named TLS would apply jdk.tls.client.protocols
      context = JdkProviders.sslContext("TLSv1.3");
      context.init(null, new TrustManager[] {trust}, JdkProviders.secureRandom());
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be set up for API calls: " + e, e);
    }
  }

  /**
   * Establishes TLS over a connected socket and verifies the server.
   *
   * @param host the name or address in the URL
   */
  SSLSocket secured(Socket socket, String host, int port) throws IOException {
    SSLSocket secured =
        (SSLSocket) context.getSocketFactory().createSocket(socket, host, port, true);
    SSLParameters parameters = secured.getSSLParameters();
    parameters.setProtocols(
        intersection(Arrays.asList(secured.getSupportedProtocols()), PROTOCOLS)
            .toArray(new String[0]));
    parameters.setCipherSuites(
        suites(secured.getSupportedCipherSuites(), secured.getEnabledCipherSuites()));
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secured.setSSLParameters(parameters);
    secured.startHandshake();
    ServerTrust.checkApi(secured.getSession(), host);
    return secured;
  }

  /**
   * Returns the modern suites, even if {@code jdk.tls.client.cipherSuites} excludes them, followed
   * by the suites that the JVM enables. Excludes suites without server authentication or
   * encryption.
   */
  static String[] suites(String[] supported, String[] enabled) {
    Set<String> suites = new LinkedHashSet<>();
    for (String suite : supported) {
      boolean isTls13 = suite.startsWith("TLS_AES_") || suite.startsWith("TLS_CHACHA20_");
      boolean isForwardSecret =
          suite.startsWith("TLS_ECDHE_")
              && (suite.contains("_GCM_") || suite.contains("_CHACHA20"));
      if ((isTls13 && !suite.contains("_CCM_")) || isForwardSecret) {
        suites.add(suite);
      }
    }
    for (String suite : enabled) {
      if (!suite.contains("_anon_") && !suite.contains("_NULL_")) {
        suites.add(suite);
      }
    }
    return suites.toArray(new String[0]);
  }

  private static Collection<String> intersection(List<String> all, List<String> wanted) {
    List<String> intersection = new ArrayList<>(wanted);
    intersection.retainAll(all);
    return intersection;
  }
}
