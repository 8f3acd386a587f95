package io.github.alloydbagent.tunnel.socket;

import java.lang.reflect.Method;
import java.net.Socket;
import java.net.SocketOption;
import java.util.concurrent.TimeUnit;

/**
 * TCP keep-alive with an interval of one's own, where the JDK can set that: {@code
 * jdk.net.ExtendedSocketOptions} has it since 11, and since 8u272.
 */
public final class KeepAlive {
  private static final String OPTIONS = "jdk.net.ExtendedSocketOptions";

  private KeepAlive() {}

  /** Turns it on; what this JDK or system cannot do is left as the system has it. */
  public static void on(Socket socket, long millis) throws java.net.SocketException {
    socket.setKeepAlive(true);
    int seconds = (int) Math.max(1, TimeUnit.MILLISECONDS.toSeconds(millis));
    set(socket, "TCP_KEEPIDLE", seconds);
    set(socket, "TCP_KEEPINTERVAL", seconds);
  }

  private static void set(Socket socket, String option, int seconds) {
    try {
      Object key = Class.forName(OPTIONS).getField(option).get(null);
      try {
        Method set = Socket.class.getMethod("setOption", SocketOption.class, Object.class);
        Object unused = set.invoke(socket, key, seconds);
      } catch (NoSuchMethodException e) { // which came with 9
        Object unused =
            Class.forName("jdk.net.Sockets")
                .getMethod("setOption", Socket.class, SocketOption.class, Object.class)
                .invoke(null, socket, key, seconds);
      }
    } catch (ReflectiveOperationException | LinkageError e) {
      // the system's own interval, then
    }
  }
}
