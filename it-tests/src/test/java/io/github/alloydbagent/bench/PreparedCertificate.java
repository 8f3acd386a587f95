package io.github.alloydbagent.bench;

import com.google.cloud.alloydb.connectors.v1.MetadataExchangeRequest;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * A client certificate for an instance, issued in advance and written to files, for clients that do
 * not call the Admin API. Its key is RSA-2048, as that of all connectors.
 */
record PreparedCertificate(KeyPair key, List<String> chain, String ca) {
  private static final String CLOUD = "https://www.googleapis.com/auth/cloud-platform";
  private static final String LOGIN = "https://www.googleapis.com/auth/alloydb.login";
  private static final char[] PASSWORD = "changeit".toCharArray();

  /**
   * Requests the certificate from the Admin API.
   *
   * @param exchange whether the server must expect the metadata exchange from this client
   */
  static PreparedCertificate get(LocalAlloyDb alloyDb, boolean exchange)
      throws IOException, InterruptedException, GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair key = generator.generateKeyPair();
    JsonObject body = new JsonObject();
    body.addProperty("publicKey", pem("PUBLIC KEY", key.getPublic().getEncoded()));
    body.addProperty("certDuration", "86400s");
    body.addProperty("useMetadataExchange", exchange);
    String token = alloyDb.tokens().issue(alloyDb.account().email(), Set.of(CLOUD));
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create(
                            alloyDb.adminUrl()
                                + "/v1beta/"
                                + alloyDb.cluster().name()
                                + ":generateClientCertificate"))
                    .header("Authorization", "Bearer " + token)
                    .timeout(Duration.ofSeconds(10))
                    .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException("no certificate: HTTP " + answer.statusCode() + ", " + answer.body());
    }
    JsonObject json = JsonParser.parseString(answer.body()).getAsJsonObject();
    List<String> chain = new ArrayList<>();
    for (JsonElement each : json.getAsJsonArray("pemCertificateChain")) {
      chain.add(each.getAsString());
    }
    return new PreparedCertificate(key, chain, json.get("caCert").getAsString());
  }

  /** Writes the files that {@code apps.BareTunnels} reads. */
  void writeFor(LocalAlloyDb alloyDb, LocalInstance instance, Path directory)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("JKS"); // every JDK can read this type
    store.load(null, null);
    List<Certificate> certificates = new ArrayList<>();
    for (String each : chain) {
      certificates.add(certificate(each));
    }
    store.setKeyEntry(
        "client", key.getPrivate(), PASSWORD, certificates.toArray(Certificate[]::new));
    store.setCertificateEntry("ca", certificate(ca));
    try (OutputStream out = Files.newOutputStream(directory.resolve("keys.jks"))) {
      store.store(out, PASSWORD);
    }
    alloyDb.tokens().life(Duration.ofHours(12)); // valid for the whole measurement
    byte[] request =
        MetadataExchangeRequest.newBuilder()
            .setUserAgent("bare/1")
            .setAuthType(MetadataExchangeRequest.AuthType.DB_NATIVE)
            .setOauth2Token(alloyDb.tokens().issue(alloyDb.account().email(), Set.of(LOGIN)))
            .build()
            .toByteArray();
    alloyDb.tokens().life(Duration.ofHours(1));
    ByteBuffer framed = ByteBuffer.allocate(4 + request.length).putInt(request.length).put(request);
    Files.write(directory.resolve("exchange"), framed.array());
    Files.writeString(directory.resolve("address"), instance.addresses().privateIp());
  }

  /** Writes the files {@code chain.pem}, {@code key.pem} and {@code ca.pem}. */
  void writePem(Path directory) throws IOException {
    Files.writeString(directory.resolve("chain.pem"), String.join("", chain));
    Files.writeString(
        directory.resolve("key.pem"), pem("PRIVATE KEY", key.getPrivate().getEncoded()));
    Files.writeString(directory.resolve("ca.pem"), ca);
  }

  private static Certificate certificate(String pem) throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String pem(String label, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }

  @Override
  public String toString() {
    return "a client certificate and its key";
  }
}
