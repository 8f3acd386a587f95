package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.status.NoEvents;
import io.github.alloydbagent.tunnel.socket.RecordSocket;
import io.github.alloydbagent.tunnel.socket.TunnelSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Measures reads and writes of a driver through the socket of a tunnel, and directly on the same
 * streams.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FacadeBenchmark {
  /** Bytes: the response to a ping, and the buffer of the driver. */
  @Param({"64", "8192"})
  public int size;

  private byte[] bytes;
  private TunnelSocket tunnel;
  private InputStream in;
  private OutputStream out;
  private static final ScheduledExecutorService TIMER =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
          });

  private InputStream bareIn;
  private OutputStream bareOut;

  @Setup
  public void open() throws IOException {
    bytes = new byte[size];
    MemorySocket socket = new MemorySocket(new byte[size]);
    tunnel =
        new TunnelSocket(
            new FakeTls(socket),
            new RecordSocket(socket),
            null,
            true,
            NoEvents.status("i", () -> "p", System::currentTimeMillis).newTraffic(),
            TIMER);
    in = tunnel.getInputStream();
    out = tunnel.getOutputStream();
    MemorySocket bare = new MemorySocket(new byte[size]);
    bareIn = bare.getInputStream();
    bareOut = bare.getOutputStream();
  }

  @Benchmark
  public int read() throws IOException {
    return in.read(bytes, 0, size);
  }

  @Benchmark
  public int readBare() throws IOException {
    return bareIn.read(bytes, 0, size);
  }

  @Benchmark
  public void write() throws IOException {
    out.write(bytes, 0, size);
    out.flush();
  }

  @Benchmark
  public void writeBare() throws IOException {
    bareOut.write(bytes, 0, size);
    bareOut.flush();
  }

  /** Sets the timeout, as drivers do before they wait with a timeout of their own. */
  @Benchmark
  public int timeout() throws IOException {
    tunnel.setSoTimeout(1000);
    return tunnel.getSoTimeout();
  }

  @Benchmark
  public int available() throws IOException {
    return in.available();
  }
}
