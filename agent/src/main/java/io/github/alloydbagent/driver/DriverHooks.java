package io.github.alloydbagent.driver;

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
        throw new IOException("AlloyDB Agent: the driver was woven by another agent: " + hook);
    }
  }

  /**
   * Must be idempotent: a cancel request, and the next host of a list, come with the factory of the
   * connection before.
   */
  private SocketFactory factory(SocketFactory factory, String host, int port, int timeout)
      throws IOException {
    SocketFactory original = factory;
    if (factory instanceof TunnelSockets) {
      TunnelSockets ours = (TunnelSockets) factory;
      if (ours.isFor(host, port)) {
        return ours.within(timeout);
      }
      original = ours.replaced();
    }
    return connections.isMapped(host, port, timeout)
        ? new TunnelSockets(connections, original, host, port, timeout)
        : original;
  }

  private InetSocketAddress address(String host, int port) throws IOException {
    return connections.isMapped(host, port, 0)
        ? InetSocketAddress.createUnresolved(host, port)
        : new InetSocketAddress(host, port);
  }

  private Socket socket(String host, int port, int timeout) throws IOException {
    return connections.isMapped(host, port, timeout)
        ? connections.connect(host, port, timeout)
        : new Socket();
  }

  private Socket connectedSocket(String host, int port) throws IOException {
    return connections.isMapped(host, port, 0)
        ? connections.connect(host, port, 0)
        : new Socket(host, port);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E undeclared(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
