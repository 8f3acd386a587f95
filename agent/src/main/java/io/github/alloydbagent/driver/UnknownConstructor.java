package io.github.alloydbagent.driver;

import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides, based only on the arguments, whether a stream's constructor of unknown shape may
 * proceed: only if its host can be determined and is not mapped.
 */
final class UnknownConstructor {

  private final Connections connections;
  private final String driver;
  private final List<String> hosts = new ArrayList<>();
  private final List<Integer> ports = new ArrayList<>();

  UnknownConstructor(Connections connections, String driver, @Nullable Object[] arguments)
      throws IOException {
    this.connections = connections;
    this.driver = driver;
    for (Object argument : arguments) {
      if (argument instanceof String) {
        hosts.add((String) argument);
      } else if (argument instanceof Integer) {
        ports.add((Integer) argument);
      } else if (argument instanceof InetSocketAddress) {
        hosts.add(((InetSocketAddress) argument).getHostString());
        ports.add(((InetSocketAddress) argument).getPort());
      } else if (argument != null) {
        Object host = property(argument, "getHost");
        Object port = property(argument, "getPort");
        if (host instanceof String) {
          hosts.add((String) host);
        }
        if (port instanceof Integer) {
          ports.add((Integer) port);
        }
      }
    }
  }

  /** Throws if the host is mapped, or if it cannot be determined. */
  void check() throws IOException {
    if (hosts.isEmpty() || ports.isEmpty()) {
      throw refused("an unknown host");
    }
    for (String host : hosts) {
      if (!isBare(host)) {
        throw refused("an unknown host");
      }
      int timeoutMillis = 0; // 0: the agent's connect timeout
      for (Integer port : ports) {
        if (connections.route(host, port, timeoutMillis) != null) {
          throw refused("the mapped host " + host + ":" + port);
        }
        timeoutMillis = 1; // the first lookup has already waited for the list of instances
      }
    }
  }

  /** Returns whether this is a single name or address: not a list, a URL or {@code host:port}. */
  private static boolean isBare(String host) {
    int colon = host.indexOf(':');
    boolean isIpv6Address = colon >= 0 && host.indexOf(':', colon + 1) >= 0 && !host.contains("]:");
    if (host.isEmpty() || (colon >= 0 && !isIpv6Address)) {
      return false;
    }
    for (int i = 0; i < host.length(); i++) {
      if (" ,;/?=@".indexOf(host.charAt(i)) >= 0) {
        return false;
      }
    }
    return true;
  }

  private IOException refused(String host) {
    return new IOException(
        ErrorCode.DRIVER_UNKNOWN.driverMessage(
            "refused a connection to "
                + host
                + ": the driver's class "
                + driver
                + " opens connections in a way that this agent does not support, and they would"
                + " not be"
                + " protected. Use another version of the driver, or a newer agent."));
  }

  private static @Nullable Object property(Object of, String getter) {
    try {
      return of.getClass().getMethod(getter).invoke(of);
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      return null;
    }
  }
}
