package io.github.alloydbagent.tunnel.socket;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.alloydbagent.fuzz.Bounds;
import io.github.alloydbagent.fuzz.Chunks;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;

/** TLS reads all bytes that the server sent, in order, wherever a timeout occurs. */
class RecordInputFuzzTest {

  @FuzzTest
  void losesAndAddsNoBytes(byte[] input) throws Exception {
    byte[] read = Bounds.hold(input, 100, () -> read(input));
    assertThat(read).isEqualTo(Chunks.content(input));
  }

  private static byte[] read(byte[] input) throws IOException {
    Hesitant server = new Hesitant(new Chunks.Stream(input));
    RecordInput records = new RecordInput(server);
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    byte[] buffer = new byte[1 + input.length % 97];
    while (true) {
      int available = records.available();
      int readsBefore = server.reads;
      try {
        int n = records.read(buffer, 0, buffer.length);
        if (available > 0 && server.reads > readsBefore) {
          throw new AssertionError("waited for more than what is there");
        }
        if (n < 0) {
          return read.toByteArray();
        }
        if (n == 0) {
          throw new AssertionError("read nothing");
        }
        read.write(buffer, 0, n);
      } catch (SocketTimeoutException e) {
        if (available > 0) {
          throw new AssertionError("timed out although something is there", e);
        }
      }
    }
  }

  /** Times out on every second read. */
  private static final class Hesitant extends FilterInputStream {
    private static final SocketTimeoutException NOT_YET = new SocketTimeoutException("not yet");

    private int reads;

    Hesitant(InputStream from) {
      super(from);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length <= 0) {
        throw new AssertionError("no room to read into");
      }
      if (reads++ % 2 == 0) {
        throw NOT_YET;
      }
      return super.read(bytes, offset, length);
    }

    @Override
    public int available() {
      return 0; // otherwise available() would read, and might time out
    }
  }
}
