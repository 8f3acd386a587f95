package io.github.alloydbagent.tunnel.socket;

import io.github.alloydbagent.tunnel.MemorySocket;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Measures reading a TLS record as the JDK does: first its header, then its body. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RecordInputBenchmark {
  private static final int HEADER = 5;

  /** Bytes of the body: a small response, and the longest record of TLS 1.3. */
  @Param({"86", "16401"})
  public int body;

  private byte[] bytes;
  private InputStream records;
  private InputStream bare;

  @Setup
  public void open() {
    bytes = new byte[HEADER + body];
    byte[] record = new byte[HEADER + body];
    record[0] = 23; // application data
    record[1] = 3;
    record[2] = 3;
    record[3] = (byte) (body >> 8);
    record[4] = (byte) body;
    records = new RecordInput(new MemorySocket.Endless(record));
    bare = new MemorySocket.Endless(record);
  }

  @Benchmark
  public int record() throws IOException {
    return read(records);
  }

  @Benchmark
  public int recordBare() throws IOException {
    return read(bare);
  }

  private int read(InputStream from) throws IOException {
    int header = from.read(bytes, 0, HEADER);
    return header + from.read(bytes, HEADER, body);
  }
}
