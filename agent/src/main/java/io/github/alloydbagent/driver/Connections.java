package io.github.alloydbagent.driver;

import java.io.IOException;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** Routes the connections of woven drivers. Called on the application's threads. */
public interface Connections {

  /**
   * Looks up a host. This is the only step that may wait for the list of instances. Call it once
   * per connection and keep the route, because each call starts a new deadline.
   *
   * @param timeoutMillis the driver's connect timeout, or 0 if it has none
   * @return the route to the host's instance, or null if the host is not mapped
   * @throws IOException if it is not known whether the host is mapped, because the settings are
   *     invalid or the instances to discover are not listed yet; the connection is then refused
   *     with this exception's message
   */
  @Nullable Route route(String host, int port, int timeoutMillis) throws IOException;

  /** Returns whether a {@link Route} created this socket. */
  boolean isTunnel(Socket socket);

  /** A route to one instance, with the deadline of one connection. Thread-safe. */
  interface Route {

    /**
     * Opens a tunnel within the time that remains until this route's deadline.
     *
     * @throws IOException if the tunnel cannot be opened, for whatever reason
     */
    Socket connect() throws IOException;

    /**
     * Returns a route to the instance that {@link #connect} reached, with a new deadline, for a
     * later connection that belongs to the first one, such as a cancel request. The route does not
     * follow a remap, because another instance does not know the session.
     *
     * @param timeoutMillis the driver's timeout for the new connection, or 0 if it has none
     */
    Route again(int timeoutMillis);
  }
}
