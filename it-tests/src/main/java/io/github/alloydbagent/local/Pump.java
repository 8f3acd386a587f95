package io.github.alloydbagent.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;

/**
 * Copies bytes between a client and the database until either side closes. The database side is a
 * channel because the JDK supports Unix-domain sockets only as channels; it is not wrapped in
 * streams because before JDK 19 the streams of one blocking channel cannot read and write
 * concurrently (JDK-8279339).
 */
final class Pump {
  private static final int BUFFER_BYTES = 16 * 1024;

  private final SocketChannel database;
  private final Socket client;

  Pump(SocketChannel database, Socket client) {
    this.database = database;
    this.client = client;
  }

  /** Returns when both directions have ended. */
  void run(Executor threads) throws IOException {
    client.setSoTimeout(0);
    threads.execute(this::toClient);
    try (database) {
      InputStream in = client.getInputStream();
      byte[] buffer = new byte[BUFFER_BYTES];
      int count;
      while ((count = in.read(buffer)) >= 0) {
        write(database, ByteBuffer.wrap(buffer, 0, count));
      }
    }
  }

  private void toClient() {
    try (client) {
      OutputStream out = client.getOutputStream();
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
      while (database.read(buffer) >= 0) {
        out.write(buffer.array(), 0, buffer.position());
        buffer.clear();
      }
    } catch (IOException e) {
      // the other direction ended or the client disconnected; both sides are closed next
    }
  }

  static void write(SocketChannel channel, byte[] bytes) throws IOException {
    write(channel, ByteBuffer.wrap(bytes));
  }

  private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
