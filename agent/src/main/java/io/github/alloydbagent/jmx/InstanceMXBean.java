package io.github.alloydbagent.jmx;

import java.util.Map;

/**
 * The status of one instance. All types are open types, so that any client can show them without
 * classes of the agent. Times are milliseconds since 1970 in UTC, 0 if there is none; latencies are
 * those of successful connection attempts, in milliseconds.
 */
public interface InstanceMXBean {

  String getInstance();

  String[] getHosts();

  /** Returns {@code STARTING}, {@code READY}, {@code DEGRADED}, {@code FAILED} or {@code IDLE}. */
  String getState();

  /** Returns the address and port of the last tunnel; empty before the first one. */
  String getAddress();

  String getIpType();

  String getPrincipal();

  /** Returns the label {@code identity} of the metrics. */
  String getIdentity();

  long getCertificateStart();

  long getCertificateEnd();

  long getLastRefresh();

  /** Returns the time of the next refresh; 0 if refreshes are on demand. */
  long getNextRefresh();

  long getRefreshes();

  long getRefreshFailures();

  /** Returns the number of successful connection attempts. */
  long getConnects();

  long getConnectFailures();

  Map<String, Long> getConnectFailuresByStage();

  int getOpenTunnels();

  long getBytesReceived();

  long getBytesSent();

  double getConnectMillisMedian();

  double getConnectMillis95();

  double getConnectMillis99();

  /** Returns the last error; empty if there was none. */
  String getLastError();

  long getLastErrorTime();

  /** Returns when the last error occurred first. */
  long getLastErrorFirstTime();

  /** Returns how often the last error occurred. */
  long getLastErrorCount();

  /** Fetches new connection info now, and returns until when its certificate is valid. */
  String refresh();

  /**
   * Fetches new connection info, unless the last refresh succeeded within the last 30 s, then
   * closes the open tunnels, and returns how many were closed. Running statements fail, and pools
   * connect again.
   */
  String reconnect();
}
