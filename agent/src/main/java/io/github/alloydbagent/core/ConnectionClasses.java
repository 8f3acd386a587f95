package io.github.alloydbagent.core;

/**
 * Initializes the classes that a connection uses and that have static initializers. If a static
 * initializer fails, for example because a thread of the application has little stack left, the JVM
 * never initializes that class again (JLS 12.4.2), and all later connections would fail, too.
 */
final class ConnectionClasses {

  private static final String ROOT = "io.github.alloydbagent.";

  /** By name, because most of them are not public. */
  static final String[] NAMES = {
    "credentials.Scope",
    "crypto.JdkProviders",
    "crypto.Strength",
    "crypto.UntrustedServerException$Fault",
    "jfr.JfrEvents$Recorder",
    "net.SocksProxy",
    "refresh.ConnectionInfoFetch",
    "retry.Backoff",
    "retry.Backoff$Urgency",
    "retry.Refresher",
    "route.Routes",
    "status.EventKind",
    "status.InstanceStatus",
    "status.Latencies",
    "status.RecentFailures",
    "status.State",
    "time.Cancellation",
    "time.Clock",
    "tunnel.DialProgress",
    "tunnel.FailureHints$1",
    "tunnel.JvmLimits",
    "tunnel.Stage",
    "tunnel.Tls13",
    "tunnel.WarmTunnels",
  };

  private ConnectionClasses() {}

  /** Initializes the classes on the current thread, which must be a thread of the agent. */
  static void initialize() {
    for (String name : NAMES) {
      try {
        Class<?> unused =
            Class.forName(ROOT + name, true, ConnectionClasses.class.getClassLoader());
      } catch (ClassNotFoundException e) {
        throw new NoClassDefFoundError(ROOT + name);
      }
    }
  }
}
