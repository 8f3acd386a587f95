package io.github.alloydbagent.jmx;

import java.util.Map;

/**
 * How one instance stands. Of open types alone, so that any client shows it without a class of the
 * agent's. Times are milliseconds since 1970 in UTC, 0 where there is none; latencies are
 * milliseconds, of connects that succeeded.
 */
public interface InstanceMXBean {

  String getInstance();

  /** As they are mapped. */
  String[] getHosts();

  /** {@code STARTING}, {@code READY}, {@code DEGRADED}, {@code FAILED} or {@code IDLE}. */
  String getState();

  /** Host and port where a tunnel was made last; empty before. */
  String getAddress();

  String getIpType();

  String getPrincipal();

  /** The label {@code identity} of the metrics. */
  String getIdentity();

  long getCertificateStart();

  long getCertificateEnd();

  long getLastRefresh();

  /** 0 where it is on demand. */
  long getNextRefresh();

  long getRefreshes();

  long getRefreshFailures();

  /** Those that succeeded. */
  long getConnects();

  long getConnectFailures();

  Map<String, Long> getConnectFailuresByStage();

  int getOpenTunnels();

  long getBytesReceived();

  long getBytesSent();

  double getConnectMillisMedian();

  double getConnectMillis95();

  double getConnectMillis99();

  /** Empty where there was none. */
  String getLastError();

  long getLastErrorTime();

  /** When the last error was seen for the first time. */
  long getLastErrorFirstTime();

  /** How often the last error was seen. */
  long getLastErrorCount();

  /** Fetches new connection info now, and says until when its certificate is valid. */
  String refresh();

  /**
   * Fetches new connection info, unless it came in the last half minute, closes the open tunnels
   * once it is there, and says how many these were: statements under way fail, and pools connect
   * anew.
   */
  String reconnect();
}
