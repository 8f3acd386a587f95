package io.github.alloydbagent.tunnel.socket;

import java.lang.reflect.Method;
import java.net.Socket;
import java.net.SocketOption;
import java.util.concurrent.TimeUnit;

/**
 * TCP keep-alive with a configurable interval, if the JDK supports it: {@code
 * jdk.net.ExtendedSocketOptions} has it since 11 and 8u272.
 */
public final class KeepAlive {
  private static final String OPTIONS_CLASS = "jdk.net.ExtendedSocketOptions";

  private KeepAlive() {}

  /**
   * Enables keep-alive. Options that the JDK or the operating system does not support keep the
   * system's values.
   */
  public static void enable(Socket socket, long millis) throws java.net.SocketException {
    socket.setKeepAlive(true);
    int seconds = (int) Math.max(1, TimeUnit.MILLISECONDS.toSeconds(millis));
    set(socket, "TCP_KEEPIDLE", seconds);
    set(socket, "TCP_KEEPINTERVAL", seconds);
  }

  private static void set(Socket socket, String option, int seconds) {
    try {
      Object key = Class.forName(OPTIONS_CLASS).getField(option).get(null);
      try {
        Method set = Socket.class.getMethod("setOption", SocketOption.class, Object.class);
        Object unused = set.invoke(socket, key, seconds);
      } catch (NoSuchMethodException e) { // added in Java 9
        Object unused =
            Class.forName("jdk.net.Sockets")
                .getMethod("setOption", Socket.class, SocketOption.class, Object.class)
                .invoke(null, socket, key, seconds);
      }
    } catch (ReflectiveOperationException | LinkageError e) {
      // Keeps the system's interval.
    }
  }
}
