package io.github.alloydbagent.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.alloydb.v1alpha.AlloyDBAdminGrpc;
import com.google.cloud.alloydb.v1alpha.GenerateClientCertificateRequest;
import com.google.cloud.alloydb.v1alpha.GetConnectionInfoRequest;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AdminGrpcTest {
  private static LocalAlloyDb alloyDb;
  private static ManagedChannel channel;
  private static String token;

  @BeforeAll
  static void start() throws Exception {
    alloyDb = LocalAlloyDb.builder().start();
    token = new HandMadeConnector(alloyDb).token(HandMadeConnector.CLOUD);
    channel =
        Grpc.newChannelBuilder(
                alloyDb.grpcEndpoint(),
                TlsChannelCredentials.newBuilder()
                    .trustManager(
                        new ByteArrayInputStream(
                            alloyDb.endpointCaCertificate().getBytes(StandardCharsets.US_ASCII)))
                    .build())
            .build();
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    alloyDb.close();
  }

  @AfterEach
  void heal() {
    alloyDb.adminTroubles().clear();
  }

  @Test
  void returnsConnectionInfo() {
    assertThat(stub(token).getConnectionInfo(info()).getIpAddress())
        .isEqualTo(alloyDb.instance("primary").addresses().privateIp());
  }

  @Test
  void issuesCertificates() {
    assertThat(
            stub(token)
                .generateClientCertificate(
                    GenerateClientCertificateRequest.newBuilder()
                        .setParent(alloyDb.cluster().name())
                        .setPublicKey(HandMadeConnector.publicKeyPem())
                        .build())
                .getPemCertificateChainList())
        .hasSize(3);
  }

  @Test
  void rejectsUnknownToken() {
    assertThatThrownBy(() -> stub("ya29.made-up").getConnectionInfo(info()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageStartingWith("UNAUTHENTICATED: Request had invalid authentication");
  }

  @Test
  void returnsTheConfiguredFault() {
    alloyDb.adminTroubles().connectionInfo().set(HttpFault.status(503, "on purpose"), 1);

    assertThatThrownBy(() -> stub(token).getConnectionInfo(info()))
        .hasMessage("UNAVAILABLE: on purpose");
    assertThat(stub(token).getConnectionInfo(info()).getInstanceUid()).isNotEmpty();
  }

  @Test
  void returnsResourceExhausted() {
    alloyDb.adminTroubles().connectionInfo().set(HttpFault.tooManyRequests(Duration.ofSeconds(1)));

    assertThatThrownBy(() -> stub(token).getConnectionInfo(info()))
        .hasMessageStartingWith("RESOURCE_EXHAUSTED: Quota exceeded");
  }

  @Test
  void neverRespondsIfConfigured() {
    alloyDb.adminTroubles().connectionInfo().set(HttpFault.noAnswer());

    assertThatThrownBy(
            () ->
                stub(token).withDeadlineAfter(300, TimeUnit.MILLISECONDS).getConnectionInfo(info()))
        .hasMessageStartingWith("DEADLINE_EXCEEDED");
  }

  private static GetConnectionInfoRequest info() {
    return GetConnectionInfoRequest.newBuilder()
        .setParent(alloyDb.instance("primary").name())
        .build();
  }

  private static AlloyDBAdminGrpc.AlloyDBAdminBlockingStub stub(String token) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return AlloyDBAdminGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }
}
