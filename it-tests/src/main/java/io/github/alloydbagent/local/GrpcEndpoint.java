package io.github.alloydbagent.local;

import com.google.common.net.InetAddresses;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/** A gRPC server with TLS on a free port of the loopback interface. */
final class GrpcEndpoint implements AutoCloseable {
  private final ExecutorService threads =
      Executors.newCachedThreadPool(new Daemons("local-alloydb-grpc"));
  private final Server server;

  GrpcEndpoint(IssuedCertificate certificate, AdminGrpc admin) throws IOException {
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddresses.forString("127.0.0.1"), 0),
                TlsServerCredentials.create(
                    stream(certificate.chain().stream().map(Pem::of).collect(Collectors.joining())),
                    stream(Pem.of("PRIVATE KEY", certificate.key().getEncoded()))))
            .executor(threads)
            .addService(ServerInterceptors.intercept(admin, new AdminGrpc.Headers()))
            .build()
            .start();
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }

  String hostAndPort() {
    return "127.0.0.1:" + server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
    threads.shutdownNow();
  }
}
