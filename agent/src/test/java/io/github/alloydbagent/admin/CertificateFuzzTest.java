package io.github.alloydbagent.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.fuzz.Bounds;
import io.github.alloydbagent.fuzz.Chunks;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Base64;

/** Any bytes instead of a certificate result in a readable certificate, or in an exception. */
class CertificateFuzzTest {
  private static final InstanceName INSTANCE =
      InstanceName.parse("projects/p/locations/l/clusters/c/instances/i");

  @FuzzTest
  void readsACertificateOrSaysThatItIsNone(byte[] input) throws Exception {
    byte[] content = Chunks.content(input);
    boolean isText = input.length > 0 && input[0] == 'P';
    String pem =
        isText
            ? new String(content, StandardCharsets.UTF_8)
            : "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(content)
                + "\n-----END CERTIFICATE-----\n";
    JsonArray chain = new JsonArray();
    chain.add(pem);
    JsonObject answer = new JsonObject();
    answer.add("pemCertificateChain", chain);
    answer.addProperty("caCert", pem);
    FuzzedAnswer api = new FuzzedAnswer(200, answer.toString().getBytes(StandardCharsets.UTF_8));
    try {
      IssuedCertificate issued =
          Bounds.hold(input, 5_000, () -> api.api().clientCertificate(INSTANCE, "PEM", "token"));
      X509Certificate leaf = issued.chain().get(0);
      assertThat(leaf).isEqualTo(issued.authorities().get(0));
      assertThat(leaf.getPublicKey()).isNotNull();
      assertThat(leaf.getNotAfter()).isNotNull();
      assertThat(leaf.getSubjectX500Principal().getName()).isNotNull();
    } catch (ApiException e) {
      FuzzedAnswer.assertIsOneLine(e, "token\0");
    }
  }
}
