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
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * The socket that a driver gets: a plain socket that delegates to mutual TLS.
 *
 * <p>It is not an {@code SSLSocket}, because drivers treat those differently: they call {@code
 * connect} again (pgjdbc 9.4.1208 to 9.4.1212), or bind SCRAM to the server's certificate (since
 * 42.7.4), which here is the server-side proxy's and unknown to PostgreSQL.
 */
public final class TunnelSocket extends SocketFacade {

  /** How long closing may wait for TLS's close_notify to be sent. */
  static final long CLOSE_TIMEOUT_MILLIS = 1_000;

  private final SSLSocket tls;
  private final RecordSocket tcp;
  private final TunnelInput input;
  private final TunnelOutput output;
  private final boolean hasKeepAlive;
  private final TunnelTraffic traffic;
  private final ScheduledExecutorService timer;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Creates a tunnel that is ready for the driver's first byte.
   *
   * @param tls TLS over {@code tcp}, after the handshake and the metadata exchange
   * @param tcp the socket below {@code tls}
   * @param login the automatic IAM login, or null if the driver logs in itself
   * @param hasKeepAlive whether the agent manages TCP keep-alive; the driver then cannot disable it
   * @param traffic counts the bytes that the driver reads and writes
   * @param timer cuts the TCP connection if closing TLS takes too long
   * @throws IOException if TLS is already closed
   */
  public TunnelSocket(
      SSLSocket tls,
      RecordSocket tcp,
      @Nullable IamLogin login,
      boolean hasKeepAlive,
      TunnelTraffic traffic,
      ScheduledExecutorService timer)
      throws IOException {
    super(tls);
    this.tls = tls;
    this.tcp = tcp;
    this.hasKeepAlive = hasKeepAlive;
    this.traffic = traffic;
    this.timer = timer;
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

  /** Does nothing: the tunnel is already connected. */
  @Override
  public void connect(SocketAddress endpoint) {}

  /** Does nothing: the tunnel is already connected. */
  @Override
  public void connect(SocketAddress endpoint, int timeout) {}

  /** Does nothing: the tunnel is already connected. */
  @Override
  public void bind(@Nullable SocketAddress address) {}

  /**
   * Ignores requests to disable keep-alive if the agent manages it: drivers disable it by default,
   * without the user's intent.
   */
  @Override
  public void setKeepAlive(boolean on) throws SocketException {
    if (on || !hasKeepAlive) {
      super.setKeepAlive(on);
    }
  }

  @Override
  public InputStream getInputStream() throws IOException {
    requireOpen();
    tls.getInputStream(); // throws if the input is shut down, as specified
    return input;
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    requireOpen();
    tls.getOutputStream(); // throws if the output is shut down, as specified
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
   * Closes immediately like a plain socket, whatever other threads do. TLS would first send
   * close_notify, and for that wait for a write in progress; TCP is therefore closed first if a
   * write is in progress, because it may be blocked. If the server has stopped reading, there may
   * be no room for close_notify either: TCP is closed after a second.
   */
  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public void close() throws IOException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    Future<?> cut = null;
    try {
      if (!output.isWriting()) {
        cut = scheduleCut();
      }
      if (cut == null) {
        tcp.close();
      }
      tls.close();
    } finally {
      if (cut != null) {
        cut.cancel(false);
      }
      tcp.close();
      traffic.closed();
    }
  }

  private @Nullable Future<?> scheduleCut() {
    try {
      return timer.schedule(this::cut, CLOSE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (Throwable e) {
      return null; // no memory or stack: TCP is closed immediately
    }
  }

  private void cut() {
    try {
      tcp.close();
    } catch (IOException e) {
      // it is closed anyway
    }
  }

  /**
   * Throws if the socket is closed. The streams call this because TLS's state lags behind while
   * another thread closes.
   */
  void requireOpen() throws SocketException {
    if (closed.get()) {
      throw new SocketException("Socket closed");
    }
  }
}
