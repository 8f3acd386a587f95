package io.github.alloydbagent.driver;

import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.function.Function;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * The hooks that the woven driver calls over the bridge. For a host that is not mapped, each hook
 * returns or throws exactly what the driver would have got without the agent.
 */
public final class DriverHooks implements Function<Object[], @Nullable Object> {

  // the hooks, with their arguments

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
   * {@code (String driver, String host, Integer port)}: refuses mapped hosts in a constructor of
   * unknown shape; all hosts if the host is null because the shape does not show it.
   */
  static final String REFUSE = "refuse";

  /**
   * {@code (String driver, Socket, String host, Integer port)}: checks a new stream before anything
   * is sent.
   */
  static final String GUARD = "guard";

  private final Connections connections;
  private final DriverNotices notices;
  private final LastLookup lastLookup = new LastLookup();
  private final StreamGuard guard;

  /**
   * @param repair weaves the driver's classes again; called when a class without the agent's
   *     changes is found
   */
  public DriverHooks(Connections connections, DriverNotices notices, Runnable repair) {
    this.connections = connections;
    this.notices = notices;
    this.guard = new StreamGuard(connections, repair);
  }

  /**
   * Calls one hook. The array contains its name and then its arguments, as defined above. Throws
   * {@code IOException} undeclared, as the driver's own code would throw it at that point. A {@code
   * LinkageError} becomes one, because applications handle failed connections, but not errors.
   */
  @Override
  public @Nullable Object apply(Object[] call) {
    notices.logAll();
    try {
      return dispatch((String) call[0], call);
    } catch (IOException e) {
      throw DriverHooks.<RuntimeException>undeclared(e);
    } catch (LinkageError e) {
      // CLASS_UNUSABLE as text: the class of the codes may be the one that is not usable
      throw DriverHooks.<RuntimeException>undeclared(
          new IOException(
              "AlloyDB Agent: AAJ-915: no connection: a class is not usable ("
                  + e
                  + "). If this persists, restart the JVM.",
              e));
    }
  }

  private @Nullable Object dispatch(String hook, Object[] call) throws IOException {
    switch (hook) {
      case FACTORY:
        return factory((SocketFactory) call[1], (String) call[2], (int) call[3], (int) call[4]);
      case ADDRESS:
        return address((String) call[1], (int) call[2]);
      case SOCKET:
        return socket((String) call[1], (int) call[2], (int) call[3]);
      case CONNECTED_SOCKET:
        return connectedSocket((String) call[1], (int) call[2]);
      case IS_TUNNEL:
        return connections.isTunnel((Socket) call[1]);
      case REFUSE:
        refuse((String) call[1], (String) call[2], (Integer) call[3]);
        return null;
      case GUARD:
        guard.check((String) call[1], (Socket) call[2], (String) call[3], (int) call[4]);
        return null;
      default:
        throw new IOException(
            ErrorCode.DRIVER_WOVEN_TWICE.driverMessage(
                "the driver was woven by another agent: " + hook));
    }
  }

  /**
   * Must be idempotent: a cancel request arrives with the factory of the connection that it
   * cancels, and goes to the same instance. The next host of a list may arrive with the factory of
   * the previous host.
   */
  private @Nullable SocketFactory factory(
      @Nullable SocketFactory factory, String host, int port, int timeout) throws IOException {
    SocketFactory original = factory;
    if (factory instanceof TunnelSocketFactory) {
      TunnelSocketFactory tunnelFactory = (TunnelSocketFactory) factory;
      if (tunnelFactory.isFor(host, port)) {
        lastLookup.remember(host, port, true);
        return tunnelFactory.again(timeout);
      }
      original = tunnelFactory.replaced();
    }
    Connections.Route route = lookUp(host, port, timeout);
    return route == null ? original : new TunnelSocketFactory(route, original, host, port, timeout);
  }

  private InetSocketAddress address(String host, int port) throws IOException {
    Boolean wasMapped = lastLookup.take(host, port);
    boolean mapped = wasMapped == null ? connections.route(host, port, 0) != null : wasMapped;
    return mapped
        ? InetSocketAddress.createUnresolved(host, port)
        : new InetSocketAddress(host, port);
  }

  private Socket socket(String host, int port, int timeout) throws IOException {
    Connections.Route route = lookUp(host, port, timeout);
    return route == null ? new Socket() : route.connect();
  }

  private Socket connectedSocket(String host, int port) throws IOException {
    Connections.Route route = connections.route(host, port, 0);
    return route == null ? new Socket(host, port) : route.connect();
  }

  private void refuse(String driver, @Nullable String host, @Nullable Integer port)
      throws IOException {
    if (host != null && port != null && connections.route(host, port, 0) == null) {
      return;
    }
    throw new IOException(
        ErrorCode.DRIVER_UNKNOWN.driverMessage(
            "refused a connection to "
                + (host == null ? "an unknown host" : "the mapped host " + host + ":" + port)
                + ": the driver's class "
                + driver
                + " opens connections in a way that this agent does not support, and they would"
                + " not be protected. Use another version of the driver, or a newer agent."));
  }

  private Connections.@Nullable Route lookUp(String host, int port, int timeout)
      throws IOException {
    Connections.Route route = connections.route(host, port, timeout);
    lastLookup.remember(host, port, route != null);
    return route;
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E undeclared(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
