package io.github.alloydbagent.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Principal;
import java.security.cert.X509Certificate;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;

class SingleCertificateKeyManagerTest {
  private final KeyPair pair = rsa();
  private final X509Certificate[] chain = new X509Certificate[2];
  private final SingleCertificateKeyManager key =
      new SingleCertificateKeyManager(pair.getPrivate(), chain);

  private static KeyPair rsa() {
    try {
      return KeyPairGenerator.getInstance("RSA").generateKeyPair();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void isPresentedToAServerThatAcceptsItsKeyType() {
    String alias = key.chooseClientAlias(new String[] {"EC", "RSA"}, null, null);

    assertThat(alias).isNotNull();
    assertThat(key.getPrivateKey(alias)).isSameAs(pair.getPrivate());
    assertThat(key.getCertificateChain(alias)).hasSize(2).isNotSameAs(chain);
    assertThat(key.getClientAliases("RSA", null)).containsExactly(alias);
    assertThat(key.chooseEngineClientAlias(new String[] {"RSA"}, null, null)).isEqualTo(alias);
  }

  /**
   * The server then reports what it does not accept; without a certificate the cause would be
   * unknown.
   */
  @Test
  void isPresentedForAnyAuthoritiesThatTheServerNames() {
    Principal[] others = {new X500Principal("CN=another")};

    assertThat(key.chooseClientAlias(new String[] {"RSA"}, others, null)).isNotNull();
  }

  @Test
  void isNotPresentedToAServerThatAcceptsOnlyOtherKeyTypes() {
    assertThat(key.chooseClientAlias(new String[] {"EC"}, null, null)).isNull();
    assertThat(key.getClientAliases("EC", null)).isNull();
  }

  @Test
  void hasNoServerCertificateAndNoOtherAlias() {
    assertThat(key.chooseServerAlias("RSA", null, null)).isNull();
    assertThat(key.getServerAliases("RSA", null)).isNull();
    assertThat(key.getPrivateKey("other")).isNull();
    assertThat(key.getCertificateChain("other")).isNull();
  }
}
