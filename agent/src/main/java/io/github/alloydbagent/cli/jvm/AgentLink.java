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
 * A connection from the agent on another JVM, which tells how it stands as often as it is asked.
 * The command listens on loopback for that one connection; the agent learns the port, and a secret
 * for each side, by being attached to.
 */
public final class AgentLink implements Closeable {
  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  /** Milliseconds for the agent to connect, once the JVM has passed on the call. */
  private static final int CONNECT_MILLIS = 10_000;

  /** Milliseconds for a caller to say who it is, and for an answer. */
  private static final int GREETING_MILLIS = 1_000;

  private static final int ANSWER_MILLIS = 10_000;

  private final Socket socket;
  private final InputStream in;
  private final String question;

  private AgentLink(Socket socket, InputStream in, String question) {
    this.socket = socket;
    this.in = in;
    this.question = question;
  }

  /** Passes the port and the secrets on to the agent. */
  interface Call {
    void pass(String argument) throws IOException, CommandException, InterruptedException;
  }

  /**
   * Waits for the agent.
   *
   * @throws IOException if it cannot be called, or does not come
   */
  static AgentLink to(Call call) throws IOException, CommandException, InterruptedException {
    try (ServerSocket port = new ServerSocket()) {
      port.bind(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), 0));
      String greeting = secret();
      String question = secret();
      call.pass("status-to=" + port.getLocalPort() + ":" + greeting + ":" + question);
      long end = System.nanoTime() + CONNECT_MILLIS * 1_000_000L;
      while (true) {
        port.setSoTimeout((int) Math.max(1, (end - System.nanoTime()) / 1_000_000));
        AgentLink link = greeted(port.accept(), greeting, question);
        if (link != null) {
          return link;
        }
      }
    } catch (SocketTimeoutException e) {
      throw new IOException(
          "its agent took the call, but did not connect to this command (127.0.0.1) within "
              + CONNECT_MILLIS / 1000
              + " s. If that JVM is in another container, run this there.",
          e);
    }
  }

  /** Null if it is a stranger, who is hung up on. */
  private static @Nullable AgentLink greeted(Socket socket, String greeting, String question)
      throws IOException {
    try {
      socket.setSoTimeout(GREETING_MILLIS);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      byte[] said = line(in, greeting.length());
      if (MessageDigest.isEqual(said, greeting.getBytes(StandardCharsets.UTF_8))) {
        socket.setTcpNoDelay(true);
        return new AgentLink(socket, in, question);
      }
    } catch (IOException e) {
      // hung up on below
    }
    socket.close();
    return null;
  }

  /**
   * How the agent stands now, in its JSON.
   *
   * @throws IOException if it does not answer, or its JVM has ended
   */
  public String ask() throws IOException {
    socket.setSoTimeout(ANSWER_MILLIS);
    socket.getOutputStream().write((question + "\n").getBytes(StandardCharsets.UTF_8));
    return new String(line(in, Integer.MAX_VALUE), StandardCharsets.UTF_8);
  }

  /** Waits, and says whether the agent hung up meanwhile; unasked it says nothing. */
  public boolean endsWithin(int millis) throws IOException {
    socket.setSoTimeout(Math.max(1, millis));
    try {
      return in.read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static byte[] line(InputStream in, int most) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0 || line.size() == most) {
        throw new EOFException("the connection ended");
      }
      line.write(next);
    }
    return line.toByteArray();
  }

  private static String secret() {
    byte[] bytes = new byte[16];
    JdkProviders.secureRandom().nextBytes(bytes);
    StringBuilder text = new StringBuilder();
    for (byte each : bytes) {
      text.append(Character.forDigit((each >> 4) & 15, 16))
          .append(Character.forDigit(each & 15, 16));
    }
    return text.toString();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // it is closed all the same
    }
  }
}
