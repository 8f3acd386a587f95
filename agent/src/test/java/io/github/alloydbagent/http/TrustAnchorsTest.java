package io.github.alloydbagent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.crypto.TestServer;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.util.Base64;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustAnchorsTest {

  /** A certificate of an authority; nothing is verified with it. */
  private static final String CERTIFICATE =
      "MIIBmTCCAT+gAwIBAgIUNZQv2Kev42bzm3dzYIiS6kXvJcswCgYIKoZIzj0EAwIw"
          + "FDESMBAGA1UEAwwJZnV6eiBzZWVkMB4XDTI2MTEyMzE1MTA1MFoXDTI2MTIyMzE1"
          + "MTA1MFowFDESMBAGA1UEAwwJZnV6eiBzZWVkMFkwEwYHKoZIzj0CAQYIKoZIzj0D"
          + "AQcDQgAE8KT3yAj4+RHzzxL/KE9A7qgQFrbezuonEyVpPXMrezNZhQHW2ECFkmNk"
          + "laZat+yWgOykctwg/Gf2ug+eEAZXgaNvMG0wHQYDVR0OBBYEFLAV5pWJjB+61VTE"
          + "XSHbMGweRXmzMB8GA1UdIwQYMBaAFLAV5pWJjB+61VTEXSHbMGweRXmzMA8GA1Ud"
          + "EwEB/wQFMAMBAf8wGgYDVR0RBBMwEYcECgAAAYIJeC5leGFtcGxlMAoGCCqGSM49"
          + "BAMCA0gAMEUCIQC7qeRXzmhgzATSeshAUBQHu+3pe45v7X64Q/vNIXCk9AIgK7HX"
          + "wP47Ib4K3cLpZ9jNLP4Rqbf+B0ldVsJdDyDbJYM=";

  @Test
  void readsTheAnchorsOfTheRunningJdk() throws IOException {
    assertThat(
            TrustAnchors.trust(new File(System.getProperty("java.home")), null)
                .getAcceptedIssuers())
        .isNotEmpty();
  }

  @Test
  void namesAnUnreadableFile(@TempDir Path home) throws IOException {
    assertThatThrownBy(() -> TrustAnchors.trust(home.toFile(), null))
        .hasMessageContaining("the trust anchors of this Java runtime cannot be read from")
        .hasMessageContaining("cacerts");
    Files.createDirectories(home.resolve("lib/security"));
    Files.writeString(home.resolve("lib/security/jssecacerts"), "nonsense");
    assertThatThrownBy(() -> TrustAnchors.trust(home.toFile(), null))
        .hasMessageContaining("jssecacerts");
  }

  @Test
  void reportsAnAdditionalFileWithoutCertificates(@TempDir Path folder) throws IOException {
    File empty = Files.writeString(folder.resolve("empty.pem"), "").toFile();
    File home = new File(System.getProperty("java.home"));
    assertThatThrownBy(() -> TrustAnchors.trust(home, empty))
        .hasMessageContaining("api-ca-file " + empty + " contains no PEM certificate");
  }

  /** A default like a FIPS mode's or Bouncy Castle's: neither could store another certificate. */
  @ParameterizedTest
  @ValueSource(strings = {"JKS", "PKCS12"})
  void readsEveryFormatWhateverTheJvmsDefaultIs(String format, @TempDir Path home)
      throws Exception {
    try (TestServer server = new TestServer("localhost");
        TestServer more = new TestServer("localhost")) {
      // PKCS#12 certificates can be read without a password if they are not encrypted
      System.setProperty("keystore.pkcs12.certProtectionAlgorithm", "NONE");
      KeyStore store = KeyStore.getInstance(format);
      store.load(null, null);
      store.setCertificateEntry("a", server.authority());
      Path file = Files.createDirectories(home.resolve("lib/security")).resolve("cacerts");
      try (OutputStream out = Files.newOutputStream(file)) {
        store.store(out, "changeit".toCharArray());
      }
      Path pem = home.resolve("more.pem");
      Files.writeString(
          pem,
          "-----BEGIN CERTIFICATE-----\n"
              + Base64.getMimeEncoder().encodeToString(more.authority().getEncoded())
              + "\n-----END CERTIFICATE-----\n");
      String type = KeyStore.getDefaultType();
      Provider bouncyCastle = new BouncyCastleProvider();
      Security.insertProviderAt(bouncyCastle, 1);
      Security.setProperty("keystore.type", "PKCS11");
      try {
        assertThat(TrustAnchors.trust(home.toFile(), pem.toFile()).getAcceptedIssuers())
            .containsExactlyInAnyOrder(server.authority(), more.authority());
      } finally {
        Security.setProperty("keystore.type", type);
        Security.removeProvider(bouncyCastle.getName());
      }
    } finally {
      System.clearProperty("keystore.pkcs12.certProtectionAlgorithm");
    }
  }

  @Test
  void acceptsACertificateAfterAByteOrderMark(@TempDir Path folder) throws Exception {
    String pem = "-----BEGIN CERTIFICATE-----\n" + CERTIFICATE + "\n-----END CERTIFICATE-----\n";
    File marked = Files.writeString(folder.resolve("ca.pem"), "\ufeff" + pem).toFile();
    File home = new File(System.getProperty("java.home"));
    assertThat(TrustAnchors.trust(home, marked).getAcceptedIssuers()).isNotEmpty();
  }

  @Test
  void reportsAFileInUtf16(@TempDir Path folder) throws Exception {
    File utf16 =
        Files.writeString(folder.resolve("ca.pem"), "\ufeff-----", StandardCharsets.UTF_16LE)
            .toFile();
    File home = new File(System.getProperty("java.home"));
    assertThatThrownBy(() -> TrustAnchors.trust(home, utf16))
        .hasMessageContaining("api-ca-file " + utf16)
        .hasMessageContaining("UTF-16");
  }

  @Test
  void reportsWhyNoAnchorIsReadable(@TempDir Path home) throws Exception {
    KeyStore none = KeyStore.getInstance("PKCS12");
    none.load(null, null);
    Path file = Files.createDirectories(home.resolve("lib/security")).resolve("jssecacerts");
    try (OutputStream out = Files.newOutputStream(file)) {
      none.store(out, "changeit".toCharArray());
    }
    assertThatThrownBy(() -> TrustAnchors.trust(home.toFile(), null))
        .hasMessageContaining("jssecacerts")
        .hasMessageContaining("it contains none that can be read without a password");
  }
}
