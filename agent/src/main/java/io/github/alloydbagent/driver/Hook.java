package io.github.alloydbagent.driver;

/**
 * Names of the hooks through which the woven driver calls {@link DriverHooks}, with their
 * arguments.
 */
final class Hook {

  /**
   * {@code (SocketFactory, String host, Integer port, Integer timeoutMillis)}: returns the socket
   * factory to use.
   */
  static final String FACTORY = "factory";

  /** {@code (String host, Integer port)}: replaces {@code new InetSocketAddress}. */
  static final String ADDRESS = "address";

  /** {@code (String host, Integer port, Integer timeoutMillis)}: replaces {@code new Socket()}. */
  static final String SOCKET = "socket";

  /** {@code (String host, Integer port)}: replaces {@code new Socket(String, int)}. */
  static final String CONNECTED_SOCKET = "connectedSocket";

  /** {@code (Socket)}: returns whether to skip the negotiation of encryption. */
  static final String IS_TUNNEL = "isTunnel";

  /**
   * {@code (String driver, Object[] arguments)}: refuses mapped hosts in a constructor of unknown
   * shape.
   */
  static final String REFUSE = "refuse";

  /**
   * {@code (String driver, Socket, String host, Integer port)}: checks a new stream before anything
   * is sent.
   */
  static final String GUARD = "guard";

  private Hook() {}
}
