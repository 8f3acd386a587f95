package io.github.alloydbagent.local;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.jspecify.annotations.Nullable;

/** Writes connection info to a file, in the format of Google's Go connector. */
final class StaticInfo {
  private StaticInfo() {}

  static JsonObject json(List<LocalInstance> instances) throws IOException {
    KeyPair pair = pair();
    JsonObject json = new JsonObject();
    json.addProperty("publicKey", Pem.of("PUBLIC KEY", pair.getPublic().getEncoded()));
    json.addProperty(
        "privateKey",
        Pem.of(
            "RSA PRIVATE KEY",
            PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded())
                .parsePrivateKey()
                .toASN1Primitive()
                .getEncoded()));
    for (LocalInstance instance : instances) {
      json.add(instance.name(), json(instance, pair));
    }
    return json;
  }

  private static JsonObject json(LocalInstance instance, KeyPair pair) {
    List<X509Certificate> chain =
        instance
            .cluster()
            .issue(
                SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()),
                Duration.ofHours(1),
                true);
    JsonArray pems = new JsonArray();
    chain.forEach(certificate -> pems.add(Pem.of(certificate)));
    JsonObject psc = new JsonObject();
    psc.addProperty("pscDnsName", orEmpty(instance.addresses().pscDnsName()));
    JsonObject json = new JsonObject();
    json.addProperty("ipAddress", orEmpty(instance.addresses().privateIp()));
    json.addProperty("publicIpAddress", orEmpty(instance.addresses().publicIp()));
    json.add("pscInstanceConfig", psc);
    json.add("pemCertificateChain", pems);
    json.addProperty("caCert", Pem.of(chain.get(chain.size() - 1)));
    return json;
  }

  private static KeyPair pair() throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot generate an RSA key", e);
    }
  }

  private static String orEmpty(@Nullable String value) {
    return value == null ? "" : value;
  }
}
