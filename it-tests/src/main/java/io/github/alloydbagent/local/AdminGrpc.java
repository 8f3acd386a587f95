package io.github.alloydbagent.local;

import com.google.cloud.alloydb.v1alpha.AlloyDBAdminGrpc;
import com.google.cloud.alloydb.v1alpha.ConnectionInfo;
import com.google.cloud.alloydb.v1alpha.GenerateClientCertificateRequest;
import com.google.cloud.alloydb.v1alpha.GenerateClientCertificateResponse;
import com.google.cloud.alloydb.v1alpha.GetConnectionInfoRequest;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Serves the Admin API over gRPC as v1alpha, the version that Google's Java connector calls. */
final class AdminGrpc extends AlloyDBAdminGrpc.AlloyDBAdminImplBase {
  private static final Context.Key<AdminApi.Caller> CALLER = Context.key("caller");

  private final AdminApi api;
  private final AdminTroubles troubles;
  private final Counts counts;

  AdminGrpc(AdminApi api, AdminTroubles troubles, Counts counts) {
    this.api = api;
    this.troubles = troubles;
    this.counts = counts;
  }

  private interface Call<T> {
    T answer() throws ApiRefusal;
  }

  /** Puts the headers of a call into its context, where the service methods find them. */
  static final class Headers implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      AdminApi.Caller caller =
          new AdminApi.Caller(
              header(headers, "authorization"),
              header(headers, "user-agent"),
              header(headers, "x-goog-user-project"));
      return Contexts.interceptCall(
          Context.current().withValue(CALLER, caller), call, headers, next);
    }

    private static String header(Metadata headers, String name) {
      String value = headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
      return value == null ? "" : value;
    }
  }

  @Override
  public void getConnectionInfo(
      GetConnectionInfoRequest request, StreamObserver<ConnectionInfo> out) {
    counts.add(Served.CONNECTION_INFO);
    answer(troubles.connectionInfo(), out, () -> connectionInfo(request));
  }

  private ConnectionInfo connectionInfo(GetConnectionInfoRequest request) throws ApiRefusal {
    LocalInstance instance = api.connectionInfo(CALLER.get(), resource(request.getParent()));
    Addresses addresses = instance.addresses();
    return ConnectionInfo.newBuilder()
        .setName(instance.name() + "/connectionInfo")
        .setIpAddress(orEmpty(addresses.privateIp()))
        .setPublicIpAddress(orEmpty(addresses.publicIp()))
        .setPscDnsName(orEmpty(addresses.pscDnsName()))
        .setInstanceUid(instance.uid())
        .build();
  }

  @Override
  public void generateClientCertificate(
      GenerateClientCertificateRequest request,
      StreamObserver<GenerateClientCertificateResponse> out) {
    counts.add(Served.CLIENT_CERTIFICATE);
    answer(troubles.clientCertificate(), out, () -> clientCertificate(request));
  }

  private GenerateClientCertificateResponse clientCertificate(
      GenerateClientCertificateRequest request) throws ApiRefusal {
    Duration asked =
        request.hasCertDuration()
            ? Duration.ofSeconds(request.getCertDuration().getSeconds())
            : Duration.ofHours(1);
    List<X509Certificate> chain =
        api.clientCertificate(
            CALLER.get(),
            resource(request.getParent()),
            request.getPublicKey(),
            asked,
            request.getUseMetadataExchange());
    return GenerateClientCertificateResponse.newBuilder()
        .addAllPemCertificateChain(chain.stream().map(Pem::of).toList())
        .setCaCert(Pem.of(chain.get(chain.size() - 1)))
        .build();
  }

  private <T> void answer(Trouble<HttpFault> trouble, StreamObserver<T> out, Call<T> call) {
    HttpFault fault = trouble.take();
    try {
      if (fault != null) {
        switch (fault.kind()) {
          case STATUS -> throw ApiRefusal.of(fault);
          case SLOW -> Thread.sleep(fault.delay().toMillis());
          case NO_ANSWER -> {
            return;
          }
          case HTML, CUT_OFF -> {
            // a gRPC client reports UNAVAILABLE for a response that is not gRPC or is truncated
            refuse(out, Status.UNAVAILABLE.withDescription("the answer is not gRPC"));
            return;
          }
        }
      }
      out.onNext(call.answer());
      out.onCompleted();
    } catch (ApiRefusal refusal) {
      refuse(
          out,
          Status.fromCode(Status.Code.valueOf(refusal.status())).withDescription(refusal.text()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void refuse(StreamObserver<?> out, Status status) {
    counts.add(Served.API_ERROR);
    out.onError(status.asRuntimeException());
  }

  private static ResourceName resource(String name) throws ApiRefusal {
    ResourceName resource = ResourceName.parse(name);
    if (resource == null) {
      throw ApiRefusal.invalid("malformed resource name \"" + name + "\"");
    }
    return resource;
  }

  private static String orEmpty(@Nullable String value) {
    return value == null ? "" : value;
  }
}
