package io.github.alloydbagent.core;

import io.github.alloydbagent.config.SettingsException;
import io.github.alloydbagent.core.connections.AgentRuntime;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.web.StatusJson;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * One command that asks how the agent stands. The command listens on loopback, and the agent
 * connects to it: so no port is opened in the application's JVM. Whoever attaches gives two
 * secrets: the agent begins with the first one, so that the command knows who called, and answers
 * only who asks with the second, so that a stranger who has taken the port learns nothing.
 */
final class StatusRequest implements Runnable {
  private static final byte[] LOOPBACK = {127, 0, 0, 1};
  private static final int CONNECT_MILLIS = 5_000;

  /** Milliseconds for the next question; {@code watch} asks every five minutes at least. */
  private static final int PATIENCE = 600_000;

  private static final int LONGEST_QUESTION = 256;

  private final String call;
  private final String version;
  private final CompletableFuture<AgentRuntime> prepared;
  private final Log log;

  /**
   * @param call {@code PORT:SECRET:SECRET}
   */
  StatusRequest(String call, String version, CompletableFuture<AgentRuntime> prepared, Log log) {
    this.call = call;
    this.version = version;
    this.prepared = prepared;
    this.log = log;
  }

  @Override
  public void run() {
    try {
      String[] parts = call.split(":", -1);
      answer(Integer.parseInt(parts[0]), parts[1], parts[2]);
    } catch (EOFException e) {
      // the command has ended
    } catch (IOException | RuntimeException e) {
      log.debug("a command that asked for the status gets no more of it: " + e);
    }
  }

  /** Past the application's proxies and its own factories of sockets. */
  private void answer(int port, String first, String second) throws IOException {
    try (Socket socket = new Socket(Proxy.NO_PROXY)) {
      socket.connect(
          new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port), CONNECT_MILLIS);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE);
      OutputStream out = socket.getOutputStream();
      InputStream in = new BufferedInputStream(socket.getInputStream());
      out.write((first + "\n").getBytes(StandardCharsets.UTF_8));
      while (question(in).equals(second)) {
        out.write(status().getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  /**
   * @throws EOFException if there is none any more
   */
  private static String question(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    while (line.length() < LONGEST_QUESTION) {
      int next = in.read();
      if (next == '\n') {
        return line.toString();
      }
      if (next < 0) {
        throw new EOFException();
      }
      line.append((char) next);
    }
    return "";
  }

  private String status() {
    long now = System.currentTimeMillis();
    if (!prepared.isDone()) {
      return StatusJson.ofNone(version, now, "state", "the agent is still starting");
    }
    try {
      return StatusJson.of(prepared.join().targets().instances(), version, now);
    } catch (CompletionException e) {
      Throwable cause = e.getCause();
      String why =
          cause instanceof SettingsException
              ? String.valueOf(cause.getMessage())
              : "could not start: " + AgentRuntime.startupFailure(cause);
      return StatusJson.ofNone(version, now, "failure", why);
    }
  }
}
