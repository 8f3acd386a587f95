package io.github.alloydbagent.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@AlloyDbTest
class AdminRestTest {
  private static LocalAlloyDb alloyDb;
  private static HandMadeConnector connector;
  private static LocalInstance primary;
  private static String cluster;
  private static String token;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return LocalAlloyDb.builder()
        .cluster("projects/example.com:shop/locations/europe-west1/clusters/orders")
        .instance("primary", a -> a.withPublicIp(Addresses.free()).withPsc("p.psc.example."))
        .instance("reads");
  }

  @BeforeAll
  static void start() throws Exception {
    connector = new HandMadeConnector(alloyDb);
    cluster = alloyDb.cluster().name();
    token = connector.token(HandMadeConnector.CLOUD);
  }

  @AfterEach
  void heal() {
    alloyDb.adminTroubles().clear();
    alloyDb.tokenTrouble().clear();
    alloyDb.cluster().certificateLife(Duration.ofDays(1));
    alloyDb.tokens().life(Duration.ofHours(1));
    alloyDb.permissions().grant(LocalAlloyDbBuilder.ACCOUNT, IamRole.values());
  }

  @Test
  void returnsAllAddressesOfAnInstance() throws Exception {
    JsonObject info = HandMadeConnector.json(connector.connectionInfo(token, primary.name()));

    assertThat(info.get("ipAddress").getAsString()).isEqualTo(primary.addresses().privateIp());
    assertThat(info.get("publicIpAddress").getAsString()).isEqualTo(primary.addresses().publicIp());
    assertThat(info.get("pscDnsName").getAsString()).isEqualTo("p.psc.example.");
    assertThat(info.get("instanceUid").getAsString()).isEqualTo(primary.uid());
    assertThat(alloyDb.lastApiUserAgent()).isEqualTo("hand-made/1");
  }

  @Test
  void omitsMissingAddresses() throws Exception {
    String reads = alloyDb.instance("reads").name();

    assertThat(HandMadeConnector.json(connector.connectionInfo(token, reads)).keySet())
        .containsExactlyInAnyOrder("name", "ipAddress", "instanceUid");
  }

  @Test
  void issuesAChainForTheClientsKeyWithTheRequestedLifetime() throws Exception {
    JsonObject answer = HandMadeConnector.json(certificate("1800s"));
    List<X509Certificate> chain = HandMadeConnector.chain(answer);

    assertThat(chain).hasSize(3);
    chain.get(0).verify(chain.get(1).getPublicKey());
    chain.get(1).verify(chain.get(2).getPublicKey());
    assertThat(HandMadeConnector.certificate(answer.get("caCert").getAsString()))
        .isEqualTo(chain.get(2));
    assertThat(chain.get(0).getNotAfter().toInstant())
        .isBetween(Instant.now().plusSeconds(1790), Instant.now().plusSeconds(1800));
  }

  @Test
  void limitsTheLifetimeOfCertificates() throws Exception {
    alloyDb.cluster().certificateLife(Duration.ofSeconds(5));

    X509Certificate leaf =
        HandMadeConnector.chain(HandMadeConnector.json(certificate("3600s"))).get(0);
    assertThat(leaf.getNotAfter().toInstant()).isBefore(Instant.now().plusSeconds(6));
  }

  @Test
  void acceptsAPkcs1Key() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    byte[] spki = generator.generateKeyPair().getPublic().getEncoded();
    String pem =
        Pem.of(
            "RSA PUBLIC KEY", SubjectPublicKeyInfo.getInstance(spki).parsePublicKey().getEncoded());

    HttpResponse<String> answer =
        connector.certificate(token, cluster, HandMadeConnector.certificateRequest(pem, "3600s"));
    assertThat(HandMadeConnector.chain(HandMadeConnector.json(answer)).get(0).getPublicKey())
        .satisfies(key -> assertThat(key.getEncoded()).isEqualTo(spki));
  }

  @Test
  void rejectsWeakKey() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(1024);
    String pem = Pem.of("PUBLIC KEY", generator.generateKeyPair().getPublic().getEncoded());

    assertRefused(
        connector.certificate(token, cluster, HandMadeConnector.certificateRequest(pem, "3600s")),
        400,
        "INVALID_ARGUMENT",
        "not an RSA key of 2048 bits");
  }

  @Test
  void rejectsInvalidKey() throws Exception {
    assertRefused(
        connector.certificate(
            token, cluster, HandMadeConnector.certificateRequest("none", "3600s")),
        400,
        "INVALID_ARGUMENT",
        "public_key is not a PEM-encoded public key");
  }

  @Test
  void rejectsUnknownToken() throws Exception {
    assertRefused(
        connector.connectionInfo("ya29.made-up", primary.name()),
        401,
        "UNAUTHENTICATED",
        "invalid authentication credentials");
  }

  @Test
  void rejectsExpiredToken() throws Exception {
    alloyDb.tokens().life(Duration.ZERO);

    assertRefused(
        connector.connectionInfo(connector.token(HandMadeConnector.CLOUD), primary.name()),
        401,
        "UNAUTHENTICATED",
        "invalid authentication credentials");
  }

  @Test
  void rejectsTokenOfAnotherScope() throws Exception {
    assertRefused(
        connector.connectionInfo(connector.token(HandMadeConnector.LOGIN), primary.name()),
        403,
        "PERMISSION_DENIED",
        "insufficient authentication scopes");
  }

  @Test
  void rejectsPrincipalWithoutRole() throws Exception {
    String stranger =
        alloyDb.tokens().issue("stranger@example.com", Set.of(HandMadeConnector.CLOUD));

    assertRefused(
        connector.connectionInfo(stranger, primary.name()),
        403,
        "PERMISSION_DENIED",
        "'alloydb.instances.connect' denied on resource '" + primary.name());
  }

  @Test
  void rejectsPrincipalThatMayNotUseTheProject() throws Exception {
    alloyDb.permissions().revoke(LocalAlloyDbBuilder.ACCOUNT, IamRole.SERVICE_USAGE_CONSUMER);

    assertRefused(
        connector.connectionInfo(token, primary.name()),
        403,
        "PERMISSION_DENIED",
        "'serviceusage.services.use' denied");
  }

  @Test
  void returnsForbiddenForAMissingProject() throws Exception {
    assertRefused(
        connector.connectionInfo(token, primary.name().replace(":shop", ":none")),
        403,
        "PERMISSION_DENIED",
        "(or it may not exist)");
  }

  @Test
  void returnsNotFoundForAMissingInstance() throws Exception {
    assertRefused(
        connector.connectionInfo(token, primary.name().replace("primary", "none")),
        404,
        "NOT_FOUND",
        "instances/none' was not found");
  }

  @Test
  void listsInstancesPageByPage() throws Exception {
    String list = "/v1beta/projects/example.com:shop/locations/-/clusters/-/instances?pageSize=1";
    JsonObject first = HandMadeConnector.json(connector.get(token, list));
    JsonObject second =
        HandMadeConnector.json(
            connector.get(token, list + "&pageToken=" + first.get("nextPageToken").getAsString()));

    assertThat(first.getAsJsonArray("instances").toString()).contains("/instances/primary");
    assertThat(second.getAsJsonArray("instances").toString()).contains("/instances/reads");
    assertThat(second.has("nextPageToken")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"403, PERMISSION_DENIED", "404, NOT_FOUND", "500, INTERNAL", "503, UNAVAILABLE"})
  void failsTheConfiguredNumberOfTimes(int status, String name) throws Exception {
    alloyDb.adminTroubles().connectionInfo().set(HttpFault.status(status, "on purpose"), 1);

    assertThat(certificate("3600s").statusCode()).isEqualTo(200);
    assertRefused(connector.connectionInfo(token, primary.name()), status, name, "on purpose");
    assertThat(connector.connectionInfo(token, primary.name()).statusCode()).isEqualTo(200);
  }

  @Test
  void returns429WithRetryAfter() throws Exception {
    alloyDb
        .adminTroubles()
        .clientCertificate()
        .set(HttpFault.tooManyRequests(Duration.ofSeconds(7)));

    HttpResponse<String> answer = certificate("3600s");
    assertRefused(answer, 429, "RESOURCE_EXHAUSTED", "Quota exceeded");
    assertThat(answer.headers().firstValue("Retry-After")).contains("7");
  }

  @Test
  void returnsHtml() throws Exception {
    alloyDb.adminTroubles().connectionInfo().set(HttpFault.html(502));

    HttpResponse<String> answer = connector.connectionInfo(token, primary.name());
    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(answer.body()).startsWith("<!DOCTYPE html>");
  }

  @Test
  void delaysTheResponse() throws Exception {
    alloyDb.adminTroubles().connectionInfo().set(HttpFault.slow(Duration.ofMillis(300)));

    long start = System.nanoTime();
    assertThat(connector.connectionInfo(token, primary.name()).statusCode()).isEqualTo(200);
    assertThat(System.nanoTime() - start).isGreaterThan(Duration.ofMillis(300).toNanos());
  }

  @Test
  void neverRespondsIfConfigured() {
    alloyDb.adminTroubles().connectionInfo().set(HttpFault.noAnswer(), 1);

    assertThatThrownBy(() -> connector.connectionInfo(token, primary.name()))
        .isInstanceOf(HttpTimeoutException.class);
  }

  @Test
  void truncatesTheResponse() {
    alloyDb.adminTroubles().connectionInfo().set(HttpFault.cutOff(), 1);

    assertThatThrownBy(() -> connector.connectionInfo(token, primary.name()))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(HttpTimeoutException.class);
  }

  @Test
  void failsToIssueTokens() throws Exception {
    alloyDb.tokenTrouble().set(HttpFault.status(503, "on purpose"));

    HttpResponse<String> answer =
        connector.requestToken(alloyDb.credentialsFile(), HandMadeConnector.CLOUD, "");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("\"error\":\"server_error\"", "on purpose");
  }

  @Test
  void rejectsForgedAssertion() throws Exception {
    HttpResponse<String> answer =
        connector.requestToken(alloyDb.credentialsFile(), HandMadeConnector.CLOUD, "forged");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("Invalid JWT Signature.");
  }

  @Test
  void returnsTheLifetimeOfAToken() throws Exception {
    alloyDb.tokens().life(Duration.ofSeconds(90));

    assertThat(
            HandMadeConnector.json(
                    connector.requestToken(alloyDb.credentialsFile(), HandMadeConnector.CLOUD, ""))
                .get("expires_in")
                .getAsInt())
        .isEqualTo(90);
  }

  @Test
  void countsRequests() throws Exception {
    long calls = alloyDb.count(Served.CONNECTION_INFO);
    long certificates = alloyDb.count(Served.CLIENT_CERTIFICATE);
    long tokens = alloyDb.count(Served.TOKEN);

    connector.token(HandMadeConnector.CLOUD);
    connector.connectionInfo(token, primary.name());
    connector.connectionInfo("none", primary.name());
    certificate("3600s");

    assertThat(alloyDb.count(Served.TOKEN)).isEqualTo(tokens + 1);
    assertThat(alloyDb.count(Served.CONNECTION_INFO)).isEqualTo(calls + 2);
    assertThat(alloyDb.count(Served.CLIENT_CERTIFICATE)).isEqualTo(certificates + 1);
  }

  private static HttpResponse<String> certificate(String duration) throws Exception {
    return connector.certificate(
        token,
        cluster,
        HandMadeConnector.certificateRequest(HandMadeConnector.publicKeyPem(), duration));
  }

  private static void assertRefused(
      HttpResponse<String> answer, int code, String status, String message) {
    JsonObject error = HandMadeConnector.json(answer).getAsJsonObject("error");
    assertThat(answer.statusCode()).isEqualTo(code);
    assertThat(error.get("code").getAsInt()).isEqualTo(code);
    assertThat(error.get("status").getAsString()).isEqualTo(status);
    assertThat(error.get("message").getAsString()).contains(message);
  }
}
