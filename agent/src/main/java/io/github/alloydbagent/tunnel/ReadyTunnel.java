package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.status.TunnelTraffic;
import io.github.alloydbagent.tunnel.postgres.IamLogin;
import io.github.alloydbagent.tunnel.socket.RecordSocket;
import io.github.alloydbagent.tunnel.socket.TunnelSocket;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.ScheduledExecutorService;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel whose handshake and metadata exchange are complete and that no driver uses yet; no
 * PostgreSQL data has passed through it. Must be used by one thread at a time.
 */
class ReadyTunnel {
  private final SSLSocket tls;
  private final RecordSocket tcp;
  private final DialInputs inputs;
  private final IpType type;
  private final String hostAndPort;

  /**
   * @param tcp the socket below {@code tls}
   * @param type the type of the dialed address
   */
  ReadyTunnel(SSLSocket tls, RecordSocket tcp, DialInputs inputs, IpType type, String hostAndPort) {
    this.tls = tls;
    this.tcp = tcp;
    this.inputs = inputs;
    this.type = type;
    this.hostAndPort = hostAndPort;
  }

  /** Returns the inputs that the tunnel was dialed with. */
  DialInputs inputs() {
    return inputs;
  }

  IpType type() {
    return type;
  }

  String hostAndPort() {
    return hostAndPort;
  }

  /**
   * Returns whether the server still keeps the connection open. If it does, this blocks for a
   * millisecond, because no JDK reports the end of a stream without a read. TLS records that carry
   * no data, such as session tickets, are consumed.
   */
  boolean isAlive() {
    try {
      tls.setSoTimeout(1);
      int unused = tls.getInputStream().read(); // end of stream, or data that was not requested
      return false;
    } catch (SocketTimeoutException silent) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns whether no unread data has arrived; never blocks. */
  boolean hasNoUnreadData() {
    try {
      return tcp.available() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Converts the tunnel to a socket for a driver; this object must not be used afterwards.
   *
   * @param login the automatic IAM login, or null if the driver logs in itself
   * @param hasKeepAlive whether the agent manages TCP keep-alive
   * @param traffic counts the bytes that the driver reads and writes
   * @param timer see {@link TunnelSocket}
   * @throws IOException if TLS is closed; TCP is closed in that case, too
   */
  TunnelSocket toSocket(
      @Nullable IamLogin login,
      boolean hasKeepAlive,
      TunnelTraffic traffic,
      ScheduledExecutorService timer)
      throws IOException {
    boolean opened = false;
    try {
      tls.setSoTimeout(0);
      TunnelSocket tunnel = new TunnelSocket(tls, tcp, login, hasKeepAlive, traffic, timer);
      opened = true;
      return tunnel;
    } finally {
      if (!opened) {
        close();
      }
    }
  }

  void close() {
    DialTimeout.closeQuietly(tls);
    DialTimeout.closeQuietly(tcp);
  }

  /** Closes the TCP connection without a TLS close_notify; never blocks. */
  void abort() {
    DialTimeout.closeQuietly(tcp);
  }
}
