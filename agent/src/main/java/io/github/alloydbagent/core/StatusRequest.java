package io.github.alloydbagent.core;

import io.github.alloydbagent.config.SettingsException;
import io.github.alloydbagent.core.connections.AgentRuntime;
import io.github.alloydbagent.core.connections.RuntimeHolder;
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

/**
 * Answers one command that requests the agent's status. The command listens on loopback and the
 * agent connects to it, so no port is opened in the application's JVM. The attaching command passes
 * two secrets. The agent sends the first one, so that the command can authenticate the agent; it
 * answers only requests that contain the second one, so that another process that took over the
 * port learns nothing.
 */
final class StatusRequest implements Runnable {
  private static final byte[] LOOPBACK = {127, 0, 0, 1};
  private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

  /**
   * Timeout for the next request, in milliseconds; {@code watch} sends one at least every five
   * minutes.
   */
  private static final int REQUEST_TIMEOUT_MILLIS = 600_000;

  private static final int MAX_REQUEST_LENGTH = 256;

  private final String call;
  private final String version;
  private final RuntimeHolder runtime;
  private final Log log;

  /**
   * Creates a task for one call.
   *
   * @param call {@code PORT:SECRET:SECRET}
   */
  StatusRequest(String call, String version, RuntimeHolder runtime, Log log) {
    this.call = call;
    this.version = version;
    this.runtime = runtime;
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
      log.debug("stopped sending the status to a command: " + e);
    }
  }

  /** Connects directly, without the application's proxies and socket factories. */
  private void answer(int port, String agentSecret, String commandSecret) throws IOException {
    try (Socket socket = new Socket(Proxy.NO_PROXY)) {
      socket.connect(
          new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port), CONNECT_TIMEOUT_MILLIS);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(REQUEST_TIMEOUT_MILLIS);
      OutputStream out = socket.getOutputStream();
      InputStream in = new BufferedInputStream(socket.getInputStream());
      out.write((agentSecret + "\n").getBytes(StandardCharsets.UTF_8));
      while (readRequest(in).equals(commandSecret)) {
        out.write(status().getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  /**
   * Reads the next request.
   *
   * @throws EOFException if the command has closed the connection
   */
  private static String readRequest(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    while (line.length() < MAX_REQUEST_LENGTH) {
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
    AgentRuntime started = runtime.runtime();
    if (started != null) {
      return StatusJson.of(started.targets().instances(), version, now);
    }
    Throwable cause = runtime.failure();
    if (cause == null) {
      return StatusJson.withoutInstances(version, now, "state", "the agent is still starting");
    }
    String reason =
        cause instanceof SettingsException
            ? String.valueOf(cause.getMessage())
            : "could not start: " + AgentRuntime.startupFailure(cause);
    return StatusJson.withoutInstances(version, now, "failure", reason);
  }
}
