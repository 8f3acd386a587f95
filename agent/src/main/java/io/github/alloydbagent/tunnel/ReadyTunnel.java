package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.status.TunnelTraffic;
import io.github.alloydbagent.tunnel.postgres.IamLogin;
import io.github.alloydbagent.tunnel.socket.RecordSocket;
import io.github.alloydbagent.tunnel.socket.TunnelSocket;
import java.io.IOException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel past handshake and metadata exchange that no driver has yet: nothing of PostgreSQL's has
 * gone through it. For one thread at a time.
 */
final class ReadyTunnel {
  private final SSLSocket tls;
  private final RecordSocket tcp;
  private final DialInputs terms;
  private final IpType type;
  private final String hostAndPort;

  /**
   * @param tcp what {@code tls} is layered over
   * @param type of the address that was dialled
   */
  ReadyTunnel(SSLSocket tls, RecordSocket tcp, DialInputs terms, IpType type, String hostAndPort) {
    this.tls = tls;
    this.tcp = tcp;
    this.terms = terms;
    this.type = type;
    this.hostAndPort = hostAndPort;
  }

  /** What it was made on. */
  DialInputs terms() {
    return terms;
  }

  /** The kind of the address that it leads to. */
  IpType type() {
    return type;
  }

  /** The address that it leads to. */
  String hostAndPort() {
    return hostAndPort;
  }

  /**
   * Whether the server still holds its end. Where it does, this waits for a millisecond, since no
   * JDK tells of an end without trying to read. Records of TLS's own that lie there, such as
   * session tickets, are taken on the way.
   */
  boolean isAlive() {
    try {
      tls.setSoTimeout(1);
      int unused = tls.getInputStream().read(); // its end, or what nobody has asked for
      return false;
    } catch (SocketTimeoutException silent) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether nothing has come that would have to be looked at; never waits. */
  boolean isSilent() {
    try {
      return tcp.available() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * The socket for a driver; this object is of no use from then on.
   *
   * @param login the automatic IAM login; null where the driver logs in by itself
   * @param keptAlive whether TCP keep-alive is the agent's
   * @param traffic counts what the driver reads and writes
   * @throws IOException if TLS is closed; then TCP is, too
   */
  TunnelSocket opened(@Nullable IamLogin login, boolean keptAlive, TunnelTraffic traffic)
      throws IOException {
    boolean opened = false;
    try {
      tls.setSoTimeout(0);
      TunnelSocket tunnel = new TunnelSocket(tls, tcp, login, keptAlive, traffic);
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

  /** Closes the TCP connection without ending TLS properly: never waits. */
  void cut() {
    DialTimeout.closeQuietly(tcp);
  }
}
