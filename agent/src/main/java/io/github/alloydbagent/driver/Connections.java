package io.github.alloydbagent.driver;

import java.io.IOException;
import java.net.Socket;

/** What the woven driver needs to know of tunnels. Called on the application's threads. */
public interface Connections {

  /**
   * Whether connections to this host go through a tunnel.
   *
   * @param timeoutMillis what the driver allows for connecting; 0 if it says nothing
   * @throws IOException if nobody can tell: the configuration is broken, or instances that are to
   *     be discovered are not known yet; the connection is then refused with this message
   */
  boolean isMapped(String host, int port, int timeoutMillis) throws IOException;

  /**
   * A connected tunnel to the instance that a mapped host stands for.
   *
   * @param timeoutMillis what the driver allows for connecting; 0 if it says nothing
   * @throws IOException if there is no tunnel, for whatever reason; also if the host is mapped no
   *     more
   */
  Socket connect(String host, int port, int timeoutMillis) throws IOException;

  /** Whether {@link #connect} made this socket. */
  boolean isTunnel(Socket socket);
}
