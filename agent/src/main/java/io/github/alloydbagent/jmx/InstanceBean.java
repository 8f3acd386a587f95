package io.github.alloydbagent.jmx;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.status.Failure;
import io.github.alloydbagent.status.InstanceStatus;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Exports the status of one instance through JMX. Its operations throw only exceptions of the JDK.
 */
final class InstanceBean implements InstanceMXBean {
  private final InstanceStatus status;

  InstanceBean(InstanceStatus status) {
    this.status = status;
  }

  @Override
  public String getInstance() {
    return status.instance();
  }

  @Override
  public String[] getHosts() {
    return status.hosts().toArray(new String[0]);
  }

  @Override
  public String getState() {
    return status.state().name();
  }

  @Override
  public String getAddress() {
    return status.address();
  }

  @Override
  public String getIpType() {
    return status.ipType();
  }

  @Override
  public String getPrincipal() {
    return status.principal();
  }

  @Override
  public String getIdentity() {
    return status.identity();
  }

  @Override
  public long getCertificateStart() {
    return status.certificateStart();
  }

  @Override
  public long getCertificateEnd() {
    return status.certificateEnd();
  }

  @Override
  public long getLastRefresh() {
    return status.lastRefresh();
  }

  @Override
  public long getNextRefresh() {
    return status.nextRefresh();
  }

  @Override
  public long getRefreshes() {
    return status.refreshes();
  }

  @Override
  public long getRefreshFailures() {
    return status.refreshFailures();
  }

  @Override
  public long getConnects() {
    return status.connects();
  }

  @Override
  public long getConnectFailures() {
    return status.connectFailures();
  }

  @Override
  public Map<String, Long> getConnectFailuresByStage() {
    return status.connectFailuresByStage();
  }

  @Override
  public int getOpenTunnels() {
    return status.openTunnels();
  }

  @Override
  public long getBytesReceived() {
    return status.bytesReceived();
  }

  @Override
  public long getBytesSent() {
    return status.bytesSent();
  }

  @Override
  public double getConnectMillisMedian() {
    return status.latencies().percentile(0.5);
  }

  @Override
  public double getConnectMillis95() {
    return status.latencies().percentile(0.95);
  }

  @Override
  public double getConnectMillis99() {
    return status.latencies().percentile(0.99);
  }

  @Override
  public String getLastError() {
    Failure last = lastFailure();
    return last == null ? "" : last.message();
  }

  @Override
  public long getLastErrorTime() {
    Failure last = lastFailure();
    return last == null ? 0 : last.millis();
  }

  @Override
  public long getLastErrorFirstTime() {
    Failure last = lastFailure();
    return last == null ? 0 : last.firstMillis();
  }

  @Override
  public long getLastErrorCount() {
    Failure last = lastFailure();
    return last == null ? 0 : last.times();
  }

  private @Nullable Failure lastFailure() {
    List<Failure> failures = status.failures();
    return failures.isEmpty() ? null : failures.get(0);
  }

  @Override
  public String refresh() {
    try {
      status.refresh();
    } catch (IOException e) {
      throw failed("refresh of ", e);
    }
    return "connection info was refreshed; certificate valid until "
        + Log.utc(status.certificateEnd());
  }

  @Override
  public String reconnect() {
    try {
      return "connection info was refreshed; tunnels closed: " + status.reconnect();
    } catch (IOException e) {
      throw failed("no tunnel was closed; refresh of ", e);
    }
  }

  /** Omits the cause, whose class a JMX client does not know. */
  private IllegalStateException failed(String what, IOException e) {
    return new IllegalStateException(
        "AlloyDB Agent: " + what + status.instance() + " failed: " + e.getMessage());
  }
}
