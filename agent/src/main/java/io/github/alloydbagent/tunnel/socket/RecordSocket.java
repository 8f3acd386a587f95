package io.github.alloydbagent.tunnel.socket;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/**
 * The TCP socket below TLS, whose input gives out whole TLS records only. TLS over it can be read
 * with a timeout at any time and loses nothing: a JDK 8 whose read times out in the middle of a
 * record forgets what it had of it, and fails on the rest ("Tag mismatch", "Illegal packet size";
 * seen on 8u504, not on 11, 17, 21 and 25). Drivers do such reads when they poll for notifications.
 *
 * <p>To be put under TLS before the handshake: {@code sslSocketFactory.createSocket(new
 * RecordSocket(tcp), host, port, true)}.
 */
public final class RecordSocket extends SocketFacade {

  private final Socket tcp;
  private final RecordInput input;

  /**
   * Takes over a connected TCP socket from which nothing has been read.
   *
   * @throws IOException if the socket is not connected, or closed
   */
  public RecordSocket(Socket tcp) throws IOException {
    super(tcp);
    this.tcp = tcp;
    this.input = new RecordInput(tcp.getInputStream());
  }

  @Override
  public InputStream getInputStream() throws IOException {
    tcp.getInputStream(); // throws when the socket is closed or shut down, as it should
    return input;
  }

  /** How many bytes of whole TLS records can be read without waiting. */
  public int available() throws IOException {
    return input.available();
  }
}
