package io.github.alloydbagent.driver;

import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.function.Function;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * What the woven driver calls, through the bridge. For a host that is not mapped each answer is
 * exactly what the driver would have had without the agent, its exceptions included.
 */
public final class DriverHooks implements Function<Object[], @Nullable Object> {

  private final Connections connections;
  private final DriverNotices notices;
  private final LastLookup lastLookup = new LastLookup();
  private final StreamGuard guard;

  /**
   * @param repair weaves the driver's classes again; called when one is found without its changes
   */
  public DriverHooks(Connections connections, DriverNotices notices, Runnable repair) {
    this.connections = connections;
    this.notices = notices;
    this.guard = new StreamGuard(connections, repair);
  }

  /**
   * Calls one hook: its name, then its arguments, as {@link Hook} describes them. Throws {@code
   * IOException} undeclared, which is what the driver's own code would throw in that place.
   */
  @Override
  public @Nullable Object apply(Object[] call) {
    notices.tell();
    try {
      return answer((String) call[0], call);
    } catch (IOException e) {
      throw DriverHooks.<RuntimeException>undeclared(e);
    }
  }

  private @Nullable Object answer(String hook, Object[] call) throws IOException {
    switch (hook) {
      case Hook.FACTORY:
        return factory((SocketFactory) call[1], (String) call[2], (int) call[3], (int) call[4]);
      case Hook.ADDRESS:
        return address((String) call[1], (int) call[2]);
      case Hook.SOCKET:
        return socket((String) call[1], (int) call[2], (int) call[3]);
      case Hook.CONNECTED_SOCKET:
        return connectedSocket((String) call[1], (int) call[2]);
      case Hook.IS_TUNNEL:
        return connections.isTunnel((Socket) call[1]);
      case Hook.REFUSE:
        new UnknownConstructor(connections, (String) call[1], (Object[]) call[2]).check();
        return null;
      case Hook.GUARD:
        guard.check((String) call[1], (Socket) call[2], (String) call[3], (int) call[4]);
        return null;
      default:
        throw new IOException(
            ErrorCode.DRIVER_WOVEN_TWICE.driverMessage(
                "the driver was woven by another agent: " + hook));
    }
  }

  /**
   * Must be idempotent: a cancel request comes with the factory of the connection that it cancels,
   * and goes to the same instance. The next host of a list may come with the factory of the host
   * before.
   */
  private @Nullable SocketFactory factory(
      @Nullable SocketFactory factory, String host, int port, int timeout) throws IOException {
    SocketFactory original = factory;
    if (factory instanceof TunnelSocketFactory) {
      TunnelSocketFactory ours = (TunnelSocketFactory) factory;
      if (ours.isFor(host, port)) {
        lastLookup.remember(host, port, true);
        return ours.again(timeout);
      }
      original = ours.replaced();
    }
    Connections.Route route = lookUp(host, port, timeout);
    return route == null ? original : new TunnelSocketFactory(route, original, host, port, timeout);
  }

  private InetSocketAddress address(String host, int port) throws IOException {
    Boolean known = lastLookup.take(host, port);
    boolean mapped = known == null ? connections.route(host, port, 0) != null : known;
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
