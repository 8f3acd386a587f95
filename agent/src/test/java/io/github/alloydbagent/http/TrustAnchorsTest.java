package io.github.alloydbagent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustAnchorsTest {

  @Test
  void readsThoseOfTheRunningJdk() throws IOException {
    assertThat(
            TrustAnchors.trust(new File(System.getProperty("java.home")), null)
                .getAcceptedIssuers())
        .isNotEmpty();
  }

  @Test
  void saysWhichFileCannotBeRead(@TempDir Path home) throws IOException {
    assertThatThrownBy(() -> TrustAnchors.trust(home.toFile(), null))
        .hasMessageContaining("the trust anchors of this Java runtime cannot be read from")
        .hasMessageContaining("cacerts");
    Files.createDirectories(home.resolve("lib/security"));
    Files.writeString(home.resolve("lib/security/jssecacerts"), "nonsense");
    assertThatThrownBy(() -> TrustAnchors.trust(home.toFile(), null))
        .hasMessageContaining("jssecacerts");
  }

  @Test
  void saysThatTheFileOfMoreAnchorsHoldsNone(@TempDir Path folder) throws IOException {
    File empty = Files.writeString(folder.resolve("empty.pem"), "").toFile();
    File home = new File(System.getProperty("java.home"));
    assertThatThrownBy(() -> TrustAnchors.trust(home, empty))
        .hasMessageContaining("api-ca-file " + empty + " holds no PEM certificate");
  }

  @Test
  void saysWhyItSeesNone(@TempDir Path home) throws Exception {
    KeyStore none = KeyStore.getInstance("PKCS12");
    none.load(null, null);
    Path file = Files.createDirectories(home.resolve("lib/security")).resolve("jssecacerts");
    try (OutputStream out = Files.newOutputStream(file)) {
      none.store(out, "changeit".toCharArray());
    }
    assertThatThrownBy(() -> TrustAnchors.trust(home.toFile(), null))
        .hasMessageContaining("jssecacerts")
        .hasMessageContaining("it holds none that can be read without a password");
  }
}
