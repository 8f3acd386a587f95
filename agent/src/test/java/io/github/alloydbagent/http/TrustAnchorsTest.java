package io.github.alloydbagent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustAnchorsTest {

  /** Of an authority; nothing is verified with it. */
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
  void readsThoseOfTheRunningJdk() throws IOException {
    assertThat(TrustAnchors.context(new File(System.getProperty("java.home")), null).getProtocol())
        .isEqualTo("TLS");
  }

  @Test
  void saysWhichFileCannotBeRead(@TempDir Path home) throws IOException {
    assertThatThrownBy(() -> TrustAnchors.context(home.toFile(), null))
        .hasMessageContaining("the trust anchors of this Java runtime cannot be read from")
        .hasMessageContaining("cacerts");
    Files.createDirectories(home.resolve("lib/security"));
    Files.writeString(home.resolve("lib/security/jssecacerts"), "nonsense");
    assertThatThrownBy(() -> TrustAnchors.context(home.toFile(), null))
        .hasMessageContaining("jssecacerts");
  }

  @Test
  void saysThatTheFileOfMoreAnchorsHoldsNone(@TempDir Path folder) throws IOException {
    File empty = Files.writeString(folder.resolve("empty.pem"), "").toFile();
    File home = new File(System.getProperty("java.home"));
    assertThatThrownBy(() -> TrustAnchors.context(home, empty))
        .hasMessageContaining("api-ca-file " + empty + " holds no PEM certificate");
  }

  @Test
  void takesACertificateBehindAByteOrderMark(@TempDir Path folder) throws Exception {
    String pem = "-----BEGIN CERTIFICATE-----\n" + CERTIFICATE + "\n-----END CERTIFICATE-----\n";
    File marked = Files.writeString(folder.resolve("ca.pem"), "\ufeff" + pem).toFile();
    File home = new File(System.getProperty("java.home"));
    assertThat(TrustAnchors.context(home, marked).getProtocol()).isEqualTo("TLS");
  }

  @Test
  void saysThatAFileIsInUtf16(@TempDir Path folder) throws Exception {
    File utf16 =
        Files.writeString(folder.resolve("ca.pem"), "\ufeff-----", StandardCharsets.UTF_16LE)
            .toFile();
    File home = new File(System.getProperty("java.home"));
    assertThatThrownBy(() -> TrustAnchors.context(home, utf16))
        .hasMessageContaining("api-ca-file " + utf16)
        .hasMessageContaining("UTF-16");
  }

  @Test
  void saysWhyItSeesNone(@TempDir Path home) throws Exception {
    KeyStore none = KeyStore.getInstance("PKCS12");
    none.load(null, null);
    Path file = Files.createDirectories(home.resolve("lib/security")).resolve("jssecacerts");
    try (OutputStream out = Files.newOutputStream(file)) {
      none.store(out, "changeit".toCharArray());
    }
    assertThatThrownBy(() -> TrustAnchors.context(home.toFile(), null))
        .hasMessageContaining("jssecacerts")
        .hasMessageContaining("it holds none that can be read without a password");
  }
}
