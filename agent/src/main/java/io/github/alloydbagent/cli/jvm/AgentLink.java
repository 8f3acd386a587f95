package io.github.alloydbagent.cli.jvm;

import io.github.alloydbagent.cli.console.CommandException;
import io.github.alloydbagent.crypto.JdkProviders;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * A connection from the agent in another JVM, which sends its status for each request. The command
 * listens on loopback for this one connection; the agent receives the port and a secret for each
 * side when the command attaches.
 */
public final class AgentLink implements Closeable {
  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  /** Timeout for the agent to connect after the JVM has forwarded the call. */
  private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

  /** Timeouts for a caller's greeting and for a response. */
  private static final int GREETING_TIMEOUT_MILLIS = 1_000;

  private static final int RESPONSE_TIMEOUT_MILLIS = 10_000;

  private final Socket socket;
  private final InputStream in;
  private final String request;

  private AgentLink(Socket socket, InputStream in, String request) {
    this.socket = socket;
    this.in = in;
    this.request = request;
  }

  /** Passes the port and the secrets to the agent. */
  interface Call {
    void pass(String argument) throws IOException, CommandException, InterruptedException;
  }

  /**
   * Waits for the agent to connect.
   *
   * @throws IOException if the agent cannot be called or does not connect
   */
  static AgentLink accept(Call call) throws IOException, CommandException, InterruptedException {
    try (ServerSocket server = new ServerSocket()) {
      server.bind(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), 0));
      String greeting = secret();
      String request = secret();
      call.pass("status-to=" + server.getLocalPort() + ":" + greeting + ":" + request);
      long endNanos = System.nanoTime() + CONNECT_TIMEOUT_MILLIS * 1_000_000L;
      while (true) {
        server.setSoTimeout((int) Math.max(1, (endNanos - System.nanoTime()) / 1_000_000));
        AgentLink link = acceptIfAgent(server.accept(), greeting, request);
        if (link != null) {
          return link;
        }
      }
    } catch (SocketTimeoutException e) {
      throw new IOException(
          "its agent received the call, but did not connect to this command (127.0.0.1) within "
              + CONNECT_TIMEOUT_MILLIS / 1000
              + " s. If that JVM is in another container, run this command there.",
          e);
    }
  }

  /** Returns null, and closes the connection, if the caller is not the agent. */
  private static @Nullable AgentLink acceptIfAgent(Socket socket, String greeting, String request)
      throws IOException {
    try {
      socket.setSoTimeout(GREETING_TIMEOUT_MILLIS);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      byte[] received = readLine(in, greeting.length());
      if (MessageDigest.isEqual(received, greeting.getBytes(StandardCharsets.UTF_8))) {
        socket.setTcpNoDelay(true);
        return new AgentLink(socket, in, request);
      }
    } catch (IOException e) {
      // closed below
    }
    socket.close();
    return null;
  }

  /**
   * Requests the agent's status, as JSON.
   *
   * @throws IOException if the agent does not respond, or its JVM has ended
   */
  public String requestStatus() throws IOException {
    socket.setSoTimeout(RESPONSE_TIMEOUT_MILLIS);
    socket.getOutputStream().write((request + "\n").getBytes(StandardCharsets.UTF_8));
    return new String(readLine(in, Integer.MAX_VALUE), StandardCharsets.UTF_8);
  }

  /**
   * Waits, and returns whether the agent closed the connection meanwhile; it sends nothing without
   * a request.
   */
  public boolean isClosedWithin(int millis) throws IOException {
    socket.setSoTimeout(Math.max(1, millis));
    try {
      return in.read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static byte[] readLine(InputStream in, int maxLength) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0 || line.size() == maxLength) {
        throw new EOFException("the connection was closed");
      }
      line.write(next);
    }
    return line.toByteArray();
  }

  private static String secret() {
    byte[] bytes = new byte[16];
    JdkProviders.secureRandom().nextBytes(bytes);
    StringBuilder text = new StringBuilder();
    for (byte b : bytes) {
      text.append(Character.forDigit((b >> 4) & 15, 16)).append(Character.forDigit(b & 15, 16));
    }
    return text.toString();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // it is closed anyway
    }
  }
}
