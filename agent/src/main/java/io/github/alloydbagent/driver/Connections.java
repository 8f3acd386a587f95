package io.github.alloydbagent.driver;

import java.io.IOException;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** Routes the connections of woven drivers. Called on the application's threads. */
public interface Connections {

  /**
   * Looks a host up. This is the only step that may wait for the list of instances, so call it once
   * per connection and keep the route: each call starts a new deadline.
   *
   * @param timeoutMillis the driver's connect timeout; 0 if it has none
   * @return the route to the host's instance, or null if the host is not mapped
   * @throws IOException if it is not known whether the host is mapped: the settings are invalid, or
   *     the instances to discover are not listed yet; the connection is then refused with this
   *     message
   */
  @Nullable Route route(String host, int port, int timeoutMillis) throws IOException;

  /** Whether a {@link Route} made this socket. */
  boolean isTunnel(Socket socket);

  /** The way to one instance, with the deadline of one connection. Any thread. */
  interface Route {

    /**
     * Opens a tunnel, within what is left of this route's deadline.
     *
     * @throws IOException if there is no tunnel, for whatever reason
     */
    Socket connect() throws IOException;

    /**
     * A route to the instance that {@link #connect} reached, with a new deadline: for a later
     * connection that belongs to the first one, such as a cancel request. It does not follow a
     * change of the mapping, since another instance does not know the session.
     *
     * @param timeoutMillis the driver's timeout for it; 0 if it has none
     */
    Route again(int timeoutMillis);
  }
}
