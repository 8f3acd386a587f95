package io.github.alloydbagent.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JdkProvidersTest {

  @ParameterizedTest
  @CsvSource({
    "SSLContext, TLSv1.3, SunJSSE",
    "CertPathValidator, PKIX, SUN",
    "CertificateFactory, X.509, SUN",
    "KeyStore, JKS, SUN",
    "MessageDigest, SHA-256, SUN",
    "KeyPairGenerator, RSA, SunRsaSign",
    "KeyFactory, RSA, SunRsaSign",
    "Signature, SHA256withRSA, SunRsaSign",
    "Signature, SHA256withECDSA, SunEC",
    "Mac, HmacSHA256, SunJCE", // found in the list
  })
  void usesTheJdksProvidersWhateverTheOrder(String type, String algorithm, String name)
      throws Exception {
    Provider bouncyCastle = new BouncyCastleProvider();
    Security.insertProviderAt(bouncyCastle, 1);
    try {
      assertThat(JdkProviders.of(type, algorithm).getName()).isEqualTo(name);
    } finally {
      Security.removeProvider(bouncyCastle.getName());
    }
  }

  @Test
  void keepsTheJdksProviderWhenAnApplicationReplacesIt() throws Exception {
    Provider jdks = JdkProviders.of("SSLContext", "TLSv1.3");
    Provider[] before = Security.getProviders();
    int position = Arrays.asList(before).indexOf(jdks) + 1;
    Security.removeProvider("SunJSSE");
    Security.insertProviderAt(new Impostor("SunJSSE"), 1);
    try {
      assertThat(JdkProviders.of("SSLContext", "TLSv1.3")).isSameAs(jdks);
      assertThat(JdkProviders.sslContext("TLSv1.3").getProvider()).isSameAs(jdks);
    } finally {
      Security.removeProvider("SunJSSE");
      Security.insertProviderAt(jdks, position);
    }
    assertThat(Security.getProviders()).containsExactly(before);
  }

  @Test
  void distinguishesAnApplicationsProviderFromTheJdks() {
    assertThat(JdkProviders.isFromJdk(new Impostor("SUN"))).isFalse();
    assertThat(JdkProviders.isFromJdk(new BouncyCastleProvider())).isFalse();
    for (String name : List.of("SUN", "SunRsaSign", "SunEC", "SunJSSE", "SunJCE")) {
      assertThat(JdkProviders.isFromJdk(Security.getProvider(name))).as(name).isTrue();
    }
  }

  @Test
  void listsTheProvidersIfNoneHasTheAlgorithm() {
    Provider impostor = new Impostor("Impostor");
    Security.addProvider(impostor);
    try {
      assertThatThrownBy(() -> JdkProviders.of("SSLContext", "Own"))
          .isInstanceOf(NoSuchAlgorithmException.class)
          .hasMessageContaining("SSLContext Own")
          .hasMessageContaining("SunJSSE")
          .hasMessageContaining("Impostor");
    } finally {
      Security.removeProvider("Impostor");
    }
  }

  @Test
  void usesTheJdksRandomNumbers() {
    Provider bouncyCastle = new BouncyCastleProvider();
    Security.insertProviderAt(bouncyCastle, 1);
    try {
      assertThat(JdkProviders.isFromJdk(JdkProviders.secureRandom().getProvider())).isTrue();
    } finally {
      Security.removeProvider(bouncyCastle.getName());
    }
  }

  @SuppressWarnings({"serial", "deprecation"})
  private static final class Impostor extends Provider {
    Impostor(String name) {
      super(name, 1.0, "for tests");
      put("SSLContext.TLSv1.3", "none");
      put("SSLContext.Own", "none");
    }
  }
}
