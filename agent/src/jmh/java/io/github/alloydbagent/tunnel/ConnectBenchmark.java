package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.net.SocksProxies;
import io.github.alloydbagent.refresh.ConnectionInfo;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.tunnel.metadata.MetadataExchange;
import io.github.alloydbagent.tunnel.socket.RecordSocket;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Measures the parts of a connection attempt that do not wait for a server, each separately. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ConnectBenchmark {
  private static final byte[] OK = {0, 0, 0, 2, 8, 1};

  private final String token = "ya29." + "x".repeat(1019); // the maximum length of Google's tokens
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private final SocketConnector connector =
      new SocketConnector(new SocksProxies(new Properties(), Map.of()), Runnable::run);
  private final Socket tcp = new MemorySocket(new byte[1]);
  private SSLContext context;

  @Setup
  public void open() throws Exception {
    timer.setRemoveOnCancelPolicy(true);
    timer.prestartAllCoreThreads();
    context = SSLContext.getInstance("TLSv1.3");
    context.init(new KeyManager[0], new TrustManager[0], null);
  }

  @TearDown
  public void close() {
    timer.shutdownNow();
  }

  /** Creates a TLS socket over a connected one and sets its parameters, without the handshake. */
  @Benchmark
  public Object tlsSocket() throws IOException {
    RecordSocket records = new RecordSocket(tcp);
    SSLSocket tls =
        (SSLSocket) context.getSocketFactory().createSocket(records, "10.1.2.3", 5433, true);
    tls.setSSLParameters(Tls13.parameters(tls));
    return tls;
  }

  /** Creates the buffers of a connection, which are most of its memory. */
  @Benchmark
  public Object recordSocket() throws IOException {
    return new RecordSocket(tcp);
  }

  @Benchmark
  public void dialTimeout() throws IOException {
    try (DialTimeout timeout = new DialTimeout(tcp, Deadline.inMillis(30_000), timer)) {
      timeout.succeeded();
    }
  }

  @Benchmark
  public Object routeToAddress() throws IOException {
    return connector.route("10.1.2.3", 5433, Deadline.inMillis(30_000));
  }

  @Benchmark
  public @Nullable Object exchange() throws IOException {
    return MetadataExchange.run(
        new ByteArrayInputStream(OK), tcp.getOutputStream(), "alloydb-agent-java/1", true, token);
  }

  /** Checks whether a warm tunnel can be used, without the check of its socket. */
  @Benchmark
  public boolean dialInputs() {
    ConnectionInfo info = new ConnectionInfo(new Addresses("10.1.2.3", null, null), null);
    return new DialInputs(info, token).matches(new DialInputs(info, token));
  }
}
