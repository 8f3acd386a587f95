package io.github.alloydbagent.driver;

/** The names by which the woven driver calls {@link DriverHooks}, each with its arguments. */
final class Hook {

  /** {@code (SocketFactory, String host, Integer port, Integer timeoutMillis)}: a factory. */
  static final String FACTORY = "factory";

  /** {@code (String host, Integer port)}: in the place of {@code new InetSocketAddress}. */
  static final String ADDRESS = "address";

  /** {@code (String host, Integer port, Integer timeoutMillis)}: for {@code new Socket()}. */
  static final String SOCKET = "socket";

  /** {@code (String host, Integer port)}: for {@code new Socket(String, int)}. */
  static final String CONNECTED_SOCKET = "connectedSocket";

  /** {@code (Socket)}: whether to skip the negotiation of encryption. */
  static final String IS_TUNNEL = "isTunnel";

  /** {@code (String driver, Object[] arguments)}: at a constructor that is not understood. */
  static final String REFUSE = "refuse";

  /**
   * {@code (String driver, Socket, String host, Integer port)}: after a stream was created, before
   * anything is sent.
   */
  static final String GUARD = "guard";

  private Hook() {}
}
