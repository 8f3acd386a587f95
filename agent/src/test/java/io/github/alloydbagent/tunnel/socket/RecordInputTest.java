package io.github.alloydbagent.tunnel.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordInputTest {

  private final Network network = new Network();
  private final RecordInput input = new RecordInput(network);

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 5, 6, 500, 1004})
  void keepsAnIncompleteRecordAfterATimeout(int cut) throws IOException {
    byte[] record = record(1000);
    network.brings(Arrays.copyOf(record, cut));
    assertThatThrownBy(input::read).isInstanceOf(SocketTimeoutException.class);
    assertThat(input.available()).isZero();
    network.brings(Arrays.copyOfRange(record, cut, record.length));
    assertThat(input.available()).isEqualTo(1005);
    assertThat(input.readNBytes(1005)).isEqualTo(record);
    assertThatThrownBy(input::read).isInstanceOf(SocketTimeoutException.class);
  }

  @Test
  void returnsWholeRecordsWhateverFollows() throws IOException {
    byte[] first = record(10);
    byte[] second = record(16384);
    byte[] third = record(1);
    network.brings(join(first, second, Arrays.copyOf(third, 3)));
    assertThat(input.readNBytes(15)).isEqualTo(first);
    assertThat(input.available()).isEqualTo(16389);
    assertThat(input.readNBytes(16389)).isEqualTo(second);
    assertThat(input.available()).isZero();
    network.brings(Arrays.copyOfRange(third, 3, 6));
    assertThat(input.readNBytes(6)).isEqualTo(third);
  }

  @Test
  void preservesTheOrderOfRandomFragments() throws IOException {
    Random random = new Random(1);
    for (int round = 0; round < 300; round++) {
      byte[] all = new byte[0];
      for (int i = 0; i < 5; i++) {
        all = join(all, record(random.nextInt(16384 + 256)));
      }
      for (int at = 0; at < all.length; ) {
        int next = Math.min(all.length, at + 1 + random.nextInt(30000));
        network.brings(Arrays.copyOfRange(all, at, next));
        at = next;
      }
      assertThat(input.readNBytes(all.length)).isEqualTo(all);
    }
  }

  @Test
  void passesNonTlsBytesImmediately() throws IOException {
    network.brings("E".getBytes());
    assertThat(input.read()).isEqualTo('E');
    network.brings("SFATAL".getBytes());
    assertThat(input.readNBytes(6)).isEqualTo("SFATAL".getBytes());
  }

  @Test
  void passesRecordsOfInvalidLength() throws IOException {
    byte[] bytes = {23, 3, 3, -1, -1, 7};
    network.brings(bytes);
    assertThat(input.readNBytes(6)).isEqualTo(bytes);
  }

  @Test
  void passesARecordTruncatedByTheEndOfTheStream() throws IOException {
    byte[] record = record(100);
    network.brings(Arrays.copyOf(record, 50));
    network.ends();
    assertThat(input.readAllBytes()).isEqualTo(Arrays.copyOf(record, 50));
    assertThat(input.read()).isEqualTo(-1);
  }

  @Test
  void availableNeverBlocksOnAReader() throws Exception {
    Thread reader =
        new Thread(
            () -> {
              try {
                input.read();
              } catch (IOException expected) {
                // the stream ends with the test
              }
            });
    network.blocks();
    reader.start();
    network.awaitBlocked();
    assertThat(input.available()).isZero();
    network.unblock();
    reader.join();
  }

  static byte[] record(int length) {
    byte[] record = new byte[5 + length];
    new Random(length).nextBytes(record);
    record[0] = 23;
    record[1] = 3;
    record[2] = 3;
    record[3] = (byte) (length >> 8);
    record[4] = (byte) length;
    return record;
  }

  private static byte[] join(byte[]... parts) {
    int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
    byte[] all = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  /** A socket's input with a timeout, which expires as soon as no bytes are available. */
  private static final class Network extends InputStream {

    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private final java.util.concurrent.CountDownLatch blocked =
        new java.util.concurrent.CountDownLatch(1);
    private final java.util.concurrent.CountDownLatch unblocked =
        new java.util.concurrent.CountDownLatch(1);
    private boolean blocking;
    private boolean ended;

    void brings(byte[] piece) {
      pieces.add(piece);
    }

    void ends() {
      ended = true;
    }

    void blocks() {
      blocking = true;
    }

    void awaitBlocked() throws InterruptedException {
      blocked.await();
    }

    void unblock() {
      unblocked.countDown();
    }

    @Override
    public int read() {
      throw new AssertionError("one byte at a time is slow");
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      assertThat(length).isPositive();
      if (blocking) {
        blocked.countDown();
        try {
          unblocked.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      byte[] piece = pieces.poll();
      if (piece == null) {
        if (ended) {
          return -1;
        }
        throw new SocketTimeoutException();
      }
      int n = Math.min(length, piece.length);
      System.arraycopy(piece, 0, bytes, offset, n);
      if (n < piece.length) {
        pieces.addFirst(Arrays.copyOfRange(piece, n, piece.length));
      }
      return n;
    }

    @Override
    public int available() {
      return pieces.isEmpty() ? 0 : pieces.peek().length;
    }
  }
}
