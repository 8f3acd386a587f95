package io.github.alloydbagent.tunnel.socket;

import io.github.alloydbagent.status.TunnelTraffic;
import io.github.alloydbagent.tunnel.postgres.IamLogin;
import io.github.alloydbagent.tunnel.postgres.LoginResponseStream;
import io.github.alloydbagent.tunnel.postgres.StartupMessageRewriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * The socket that a driver gets: a plain one to look at, mutual TLS behind.
 *
 * <p>Not an {@code SSLSocket}, because drivers do more with one: they call {@code connect} again
 * (pgjdbc 9.4.1208 to 9.4.1212), or bind SCRAM to the certificate (42.7.4 on), which here is the
 * server-side proxy's and unknown to PostgreSQL.
 */
public final class TunnelSocket extends SocketFacade {

  private final SSLSocket tls;
  private final RecordSocket tcp;
  private final TunnelInput input;
  private final TunnelOutput output;
  private final boolean keptAlive;
  private final TunnelTraffic traffic;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * A tunnel over TLS that is ready for the driver's first byte.
   *
   * @param tls handshake and metadata exchange done, layered over {@code tcp}
   * @param tcp what TLS reads and writes
   * @param login the automatic IAM login; null where the driver logs in by itself
   * @param keptAlive whether TCP keep-alive is the agent's: the driver cannot turn it off then
   * @param traffic counts what the driver reads and writes
   * @throws IOException if TLS is closed already
   */
  public TunnelSocket(
      SSLSocket tls,
      RecordSocket tcp,
      @Nullable IamLogin login,
      boolean keptAlive,
      TunnelTraffic traffic)
      throws IOException {
    super(tls);
    this.tls = tls;
    this.tcp = tcp;
    this.keptAlive = keptAlive;
    this.traffic = traffic;
    InputStream in = tls.getInputStream();
    OutputStream out = tls.getOutputStream();
    if (login != null) {
      StartupMessageRewriter startup = new StartupMessageRewriter(out, login.user());
      in = new LoginResponseStream(in, startup, login);
      out = startup;
    }
    this.input = new TunnelInput(tls, tcp, this, in, traffic);
    this.output = new TunnelOutput(out, this, traffic);
  }

  /** Nothing: the tunnel is connected. */
  @Override
  public void connect(SocketAddress endpoint) {}

  /** Nothing: the tunnel is connected. */
  @Override
  public void connect(SocketAddress endpoint, int timeout) {}

  /** Nothing: the tunnel is connected. */
  @Override
  public void bind(@Nullable SocketAddress address) {}

  /** Drivers turn it off unless a URL asks for it: that is nobody's wish. */
  @Override
  public void setKeepAlive(boolean on) throws SocketException {
    if (on || !keptAlive) {
      super.setKeepAlive(on);
    }
  }

  @Override
  public InputStream getInputStream() throws IOException {
    refuseIfClosed();
    tls.getInputStream(); // throws when the input is shut down, as it should
    return input;
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    refuseIfClosed();
    tls.getOutputStream(); // throws when the output is shut down, as it should
    return output;
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public void setSoTimeout(int milliseconds) throws SocketException {
    input.setTimeout(milliseconds);
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public int getSoTimeout() throws SocketException {
    return input.timeout();
  }

  @Override
  public boolean isClosed() {
    return closed.get() || tls.isClosed();
  }

  /**
   * Closes at once, whatever other threads do, as a plain socket does. TLS would say good-bye
   * first, and for that wait until a write under way is through: with one that is stuck, TCP is
   * closed first.
   */
  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public void close() throws IOException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      if (output.isWriting()) {
        tcp.close();
      }
      tls.close();
    } finally {
      tcp.close();
      traffic.closed();
    }
  }

  /** For the streams: TLS's own state lags behind while another thread is closing. */
  void refuseIfClosed() throws SocketException {
    if (closed.get()) {
      throw new SocketException("Socket closed");
    }
  }
}
