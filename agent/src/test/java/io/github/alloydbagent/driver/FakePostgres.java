package io.github.alloydbagent.driver;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The parts of a PostgreSQL server that a driver needs to open a connection. It accepts every
 * login, reports success for every statement, and records how clients begin.
 */
final class FakePostgres implements Closeable {

  static final int PROTOCOL_3 = 3 << 16;
  static final int CANCEL = 80877102;

  /** The statement that runs until it is canceled. */
  static final String SLOW = "SLOW";

  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<Integer> requests = new CopyOnWriteArrayList<>();
  private final List<String> startups = new CopyOnWriteArrayList<>();
  private final CountDownLatch slow = new CountDownLatch(1);
  private final CountDownLatch cancelled = new CountDownLatch(1);

  private final AtomicInteger bytes = new AtomicInteger();
  private volatile int parsedColumns;

  FakePostgres() throws IOException {
    daemon(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Returns the number of bytes received on all connections. */
  int bytesReceived() {
    return bytes.get();
  }

  /** Returns the codes of the first packets of all connections, in order of arrival. */
  List<Integer> requests() {
    return requests;
  }

  /** Returns the parameters of the startup messages. */
  List<String> startups() {
    return startups;
  }

  boolean awaitSlowStatement() throws InterruptedException {
    return slow.await(20, TimeUnit.SECONDS);
  }

  void endSlowStatement() {
    cancelled.countDown();
  }

  @Override
  public void close() throws IOException {
    server.close();
    cancelled.countDown();
    for (Socket socket : open) {
      socket.close();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        open.add(socket);
        daemon(() -> serve(socket));
      }
    } catch (SocketException closed) {
      // the test has ended
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      DataInputStream in = new DataInputStream(new Counted(socket.getInputStream()));
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      while (true) {
        byte[] rest = new byte[in.readInt() - 8];
        int code = in.readInt();
        in.readFully(rest);
        requests.add(code);
        if (code == PROTOCOL_3) {
          startups.add(new String(rest, StandardCharsets.UTF_8).replace('\0', ' '));
          session(in, out, startups.get(startups.size() - 1));
          return;
        }
        if (code == CANCEL) {
          cancelled.countDown();
          return;
        }
        out.write('N'); // the response to SSLRequest and GSSENCRequest
        out.flush();
      }
    } catch (EOFException | SocketException gone) {
      // the client has finished
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void session(DataInputStream in, DataOutputStream out, String startup)
      throws IOException, InterruptedException {
    message(out, 'R', 0, 0, 0, 0);
    parameter(out, "server_version", "9.0.0");
    parameter(out, "server_encoding", "UTF8");
    // the name that the driver requested, which is the only one that it accepts
    parameter(out, "client_encoding", startup.contains("UNICODE") ? "UNICODE" : "UTF8");
    parameter(out, "DateStyle", "ISO, MDY");
    parameter(out, "TimeZone", "UTC");
    parameter(out, "integer_datetimes", "on");
    parameter(out, "standard_conforming_strings", "on");
    message(out, 'K', 0, 0, 0, 7, 0, 0, 0, 8);
    ready(out);
    while (true) {
      int type = in.read();
      if (type < 0 || type == 'X') {
        return;
      }
      byte[] body = new byte[in.readInt() - 4];
      in.readFully(body);
      if (new String(body, StandardCharsets.ISO_8859_1).contains(SLOW)) {
        slow.countDown();
        cancelled.await();
      }
      answer(out, (char) type, new String(body, StandardCharsets.ISO_8859_1));
    }
  }

  private void answer(DataOutputStream out, char type, String body) throws IOException {
    switch (type) {
      case 'Q' -> {
        int columns = columns(body);
        if (columns > 0) {
          describe(out, columns);
          row(out, columns, !body.contains("encoding"));
        }
        text(out, 'C', "SET");
        ready(out);
      }
      case 'P' -> {
        parsedColumns = columns(body);
        message(out, '1');
      }
      case 'B' -> message(out, '2');
      case 'D' -> describe(out, parsedColumns);
      case 'E' -> {
        row(out, parsedColumns, true);
        text(out, 'C', "SET");
      }
      case 'S' -> ready(out);
      default -> {
        // no response
      }
    }
  }

  /** 7.4 queries the server's version and encoding; some other drivers query one of them. */
  private static int columns(String statement) {
    return statement.toLowerCase(Locale.ROOT).contains("select") ? statement.split(",").length : 0;
  }

  private static void describe(DataOutputStream out, int columns) throws IOException {
    if (columns == 0) {
      message(out, 'n');
      return;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream description = new DataOutputStream(bytes);
    description.writeShort(columns);
    for (int i = 0; i < columns; i++) {
      description.writeBytes("c\0");
      description.writeInt(0); // table
      description.writeShort(0);
      description.writeInt(25); // text
      description.writeShort(-1);
      description.writeInt(-1);
      description.writeShort(0);
    }
    message(out, 'T', bytes.toByteArray());
  }

  private static void row(DataOutputStream out, int columns, boolean numbers) throws IOException {
    if (columns == 0) {
      return;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream values = new DataOutputStream(bytes);
    values.writeShort(columns);
    for (int i = 0; i < columns; i++) {
      String value = numbers ? "0" : i == 0 ? "PostgreSQL 7.4.0" : "UNICODE";
      values.writeInt(value.length());
      values.writeBytes(value);
    }
    message(out, 'D', bytes.toByteArray());
  }

  private static void parameter(DataOutputStream out, String name, String value)
      throws IOException {
    text(out, 'S', name + "\0" + value);
  }

  private static void text(DataOutputStream out, char type, String text) throws IOException {
    message(out, type, (text + "\0").getBytes(StandardCharsets.UTF_8));
  }

  private static void ready(DataOutputStream out) throws IOException {
    message(out, 'Z', 'I');
    out.flush();
  }

  private static void message(DataOutputStream out, char type, int... bytes) throws IOException {
    byte[] body = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      body[i] = (byte) bytes[i];
    }
    message(out, type, body);
  }

  private static void message(DataOutputStream out, char type, byte[] body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream whole = new DataOutputStream(bytes);
    whole.write(type);
    whole.writeInt(4 + body.length);
    whole.write(body);
    out.write(bytes.toByteArray());
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "fake-postgres");
    thread.setDaemon(true);
    thread.start();
  }

  /** Counts the bytes read. */
  private final class Counted extends FilterInputStream {
    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      bytes.addAndGet(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      bytes.addAndGet(Math.max(read, 0));
      return read;
    }
  }
}
