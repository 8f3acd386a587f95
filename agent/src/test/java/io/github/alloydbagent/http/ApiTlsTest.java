package io.github.alloydbagent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.crypto.ServerTrust;
import io.github.alloydbagent.crypto.TestServer;
import io.github.alloydbagent.crypto.UntrustedServerException;
import io.github.alloydbagent.crypto.UntrustedServerException.Fault;
import java.io.IOException;
import java.net.Socket;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.util.List;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactorySpi;
import org.junit.jupiter.api.Test;

class ApiTlsTest {

  private static String handshake(TestServer server, TestServer trusted, String host)
      throws Exception {
    ApiTls tls = new ApiTls(ServerTrust.ofPublic(List.of(trusted.authority())));
    try (Socket tcp = new Socket("127.0.0.1", server.port());
        SSLSocket secured = tls.secured(tcp, host, 443)) {
      return secured.getSession().getProtocol();
    }
  }

  private static void refuses(Fault fault, TestServer server, TestServer trusted, String host) {
    assertThatThrownBy(() -> handshake(server, trusted, host))
        .isInstanceOfSatisfying(
            IOException.class,
            e -> {
              UntrustedServerException found = UntrustedServerException.in(e);
              assertThat(found).isNotNull();
              assertThat(found.fault()).isEqualTo(fault);
            });
  }

  @Test
  void verifiesAuthorityAndNameWhateverTheJvmsDefaults() throws Exception {
    Provider trustAll = new TrustAllFactories();
    String before = Security.getProperty("ssl.TrustManagerFactory.algorithm");
    var verifier = HttpsURLConnection.getDefaultHostnameVerifier();
    Security.addProvider(trustAll);
    Security.setProperty("ssl.TrustManagerFactory.algorithm", "TrustAll");
    HttpsURLConnection.setDefaultHostnameVerifier((host, session) -> true);
    try (TestServer server = new TestServer("*.api.example");
        TestServer other = new TestServer("*.api.example")) {
      assertThat(handshake(server, server, "alloydb.api.example")).isEqualTo("TLSv1.3");
      refuses(Fault.AUTHORITY, server, other, "alloydb.api.example");
      refuses(Fault.ADDRESS, server, server, "alloydb.example");
    } finally {
      HttpsURLConnection.setDefaultHostnameVerifier(verifier);
      Security.setProperty("ssl.TrustManagerFactory.algorithm", before);
      Security.removeProvider(trustAll.getName());
    }
  }

  @Test
  void enablesModernSuitesButNoneWithoutAuthentication() {
    String[] supported = {
      "TLS_AES_128_GCM_SHA256",
      "TLS_AES_128_CCM_SHA256",
      "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
      "TLS_RSA_WITH_AES_128_CBC_SHA",
      "TLS_DH_anon_WITH_AES_128_GCM_SHA256"
    };
    String[] enabled = {
      "TLS_DH_anon_WITH_AES_128_GCM_SHA256",
      "TLS_RSA_WITH_NULL_SHA256",
      "TLS_RSA_WITH_AES_128_CBC_SHA"
    };
    assertThat(ApiTls.suites(supported, enabled))
        .containsExactly(
            "TLS_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_RSA_WITH_AES_128_CBC_SHA");
  }

  /** An application's provider whose factory trusts every certificate. */
  @SuppressWarnings({"serial", "deprecation"})
  private static final class TrustAllFactories extends Provider {
    TrustAllFactories() {
      super("TrustAllFactories", 1.0, "for tests");
      put("TrustManagerFactory.TrustAll", TrustAllFactory.class.getName());
    }
  }

  /** Its trust manager accepts every certificate. */
  public static final class TrustAllFactory extends TrustManagerFactorySpi {
    public TrustAllFactory() {}

    @Override
    protected void engineInit(KeyStore anchors) {}

    @Override
    protected void engineInit(ManagerFactoryParameters parameters) {}

    @Override
    protected TrustManager[] engineGetTrustManagers() {
      return new TrustManager[] {new AcceptsEverybody()};
    }
  }
}
