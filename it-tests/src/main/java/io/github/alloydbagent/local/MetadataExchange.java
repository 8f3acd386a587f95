package io.github.alloydbagent.local;

import com.google.cloud.alloydb.connectors.v1.MetadataExchangeRequest;
import com.google.cloud.alloydb.connectors.v1.MetadataExchangeResponse;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Set;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** Performs the server's side of the metadata exchange, with the published protocol buffers. */
final class MetadataExchange {
  private static final int LONGEST_REQUEST = 64 * 1024;

  private final LocalInstance instance;
  private final Backend backend;
  private final Counts counts;

  MetadataExchange(LocalInstance instance, Backend backend, Counts counts) {
    this.instance = instance;
    this.backend = backend;
    this.counts = counts;
  }

  /** Reads the request and responds; returns null if the connection must be closed. */
  @Nullable Exchange serve(
      SSLSocket tls, boolean resumed, X509Certificate client, DataInputStream in)
      throws IOException {
    OutputStream out = tls.getOutputStream();
    MetadataExchangeRequest request;
    try {
      request = read(in);
    } catch (InvalidProtocolBufferException e) {
      out.write(
          PostgresError.fatal(PostgresError.PROTOCOL_VIOLATION, "malformed metadata exchange"));
      return null;
    }
    counts.add(Served.EXCHANGE);
    Tokens.Grant grant = backend.tokens().valid(request.getOauth2Token());
    Exchange exchange =
        new Exchange(
            tls.getLocalAddress().getHostAddress(),
            tls.getSession().getProtocol(),
            tls.getSession().getCipherSuite(),
            resumed,
            client.getSerialNumber().toString(16),
            request.getUserAgent(),
            request.getAuthType() == MetadataExchangeRequest.AuthType.AUTO_IAM,
            grant == null ? "" : grant.principal(),
            grant == null ? Set.of() : grant.scopes());
    instance.record(exchange);
    String refusal = refusal(request, grant);
    ExchangeFault fault = instance.exchangeTrouble().take();
    if (fault != null) {
      return applyFault(fault, refusal, in, out) ? exchange : null;
    }
    out.write(answer(refusal));
    return refusal.isEmpty() ? exchange : null;
  }

  private static MetadataExchangeRequest read(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > LONGEST_REQUEST) {
      throw new InvalidProtocolBufferException("a request of " + length + " bytes");
    }
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return MetadataExchangeRequest.parseFrom(bytes);
  }

  /** Returns the reason for refusing the client; empty if the client is accepted. */
  private String refusal(MetadataExchangeRequest request, Tokens.@Nullable Grant grant) {
    if (grant == null) {
      return "the OAuth2 token is invalid or has expired";
    }
    if (!Scopes.allowLogin(grant.scopes())) {
      return "the OAuth2 token of "
          + grant.principal()
          + " lacks the scope "
          + Scopes.ALLOYDB_LOGIN;
    }
    boolean autoIam = request.getAuthType() == MetadataExchangeRequest.AuthType.AUTO_IAM;
    if (!autoIam && request.getAuthType() != MetadataExchangeRequest.AuthType.DB_NATIVE) {
      return "the authentication type is not set";
    }
    for (IamRole role :
        autoIam
            ? new IamRole[] {IamRole.CLIENT, IamRole.DATABASE_USER}
            : new IamRole[] {IamRole.CLIENT}) {
      if (!backend.permissions().has(grant.principal(), role)) {
        return grant.principal() + " lacks " + role + " for " + instance.name();
      }
    }
    return "";
  }

  private byte[] answer(String refusal) {
    if (refusal.isEmpty()) {
      return framed(
          MetadataExchangeResponse.newBuilder()
              .setResponseCode(MetadataExchangeResponse.ResponseCode.OK)
              .build());
    }
    counts.add(Served.EXCHANGE_REFUSED);
    return framed(
        MetadataExchangeResponse.newBuilder()
            .setResponseCode(MetadataExchangeResponse.ResponseCode.ERROR)
            .setError(refusal)
            .build());
  }

  private static byte[] framed(MetadataExchangeResponse response) {
    byte[] body = response.toByteArray();
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.writeBytes(length(body.length));
    frame.writeBytes(body);
    return frame.toByteArray();
  }

  private static byte[] length(long length) {
    return new byte[] {
      (byte) (length >>> 24), (byte) (length >>> 16), (byte) (length >>> 8), (byte) length
    };
  }

  /** Applies the fault; returns whether the tunnel remains usable. */
  private boolean applyFault(
      ExchangeFault fault, String refusal, DataInputStream in, OutputStream out)
      throws IOException {
    switch (fault.kind()) {
      case ERROR -> out.write(answer(fault.message()));
      case STALL -> in.readAllBytes();
      case CLAIM -> {
        out.write(length(fault.length()));
        in.readAllBytes();
      }
      case GARBAGE -> {
        byte[] garbage = new byte[(int) fault.length()];
        Arrays.fill(garbage, (byte) 0xff);
        out.write(length(garbage.length));
        out.write(garbage);
      }
      case POSTGRES_ERROR ->
          out.write(PostgresError.fatal(PostgresError.INVALID_AUTHORIZATION, fault.message()));
      case HANG_UP -> {}
      case BYTE_BY_BYTE -> {
        for (byte one : answer(refusal)) {
          out.write(one);
          out.flush();
        }
        return refusal.isEmpty();
      }
    }
    return false;
  }
}
