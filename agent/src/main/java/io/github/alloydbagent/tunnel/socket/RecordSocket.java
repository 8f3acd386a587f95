package io.github.alloydbagent.tunnel.socket;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/**
 * The TCP socket below TLS, whose input returns whole TLS records only. A read through TLS can then
 * time out at any point without losing bytes. JDK 8 otherwise forgets the bytes of an incomplete
 * record when a read times out, and fails on the rest ("Tag mismatch", "Illegal packet size"; seen
 * on 8u504, not on 11, 17, 21 and 25). Drivers use such timeouts when they poll for notifications.
 *
 * <p>Layer TLS over it before the handshake: {@code sslSocketFactory.createSocket(new
 * RecordSocket(tcp), host, port, true)}.
 */
public final class RecordSocket extends SocketFacade {

  private final Socket tcp;
  private final RecordInput input;

  /**
   * Wraps a connected TCP socket from which nothing has been read.
   *
   * @throws IOException if the socket is not connected or is closed
   */
  public RecordSocket(Socket tcp) throws IOException {
    super(tcp);
    this.tcp = tcp;
    this.input = new RecordInput(tcp.getInputStream());
  }

  @Override
  public InputStream getInputStream() throws IOException {
    tcp.getInputStream(); // throws if the socket is closed or shut down, as specified
    return input;
  }

  /** Returns the number of bytes in whole TLS records that can be read without blocking. */
  public int available() throws IOException {
    return input.available();
  }
}
