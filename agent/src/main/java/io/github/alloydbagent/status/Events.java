package io.github.alloydbagent.status;

import org.jspecify.annotations.Nullable;

/** Records events, if a recording is in progress. Thread-safe; never throws. */
public interface Events {

  /** Begins an event; returns null if events of this kind are not recorded. */
  @Nullable Object begin(EventKind kind);

  /**
   * Records a connection attempt.
   *
   * @param begun the result of {@link #begin}
   * @param failedStage the stage at which it failed, and the error; both empty if it succeeded
   */
  void endConnect(
      Object begun,
      String instance,
      String host,
      String address,
      String ipType,
      String failedStage,
      String error,
      long credentialsNanos,
      long adminApiNanos,
      long tcpNanos,
      long tlsNanos,
      long metadataExchangeNanos);

  /**
   * Records a fetch of connection info.
   *
   * @param begun the result of {@link #begin}
   * @param error empty if it succeeded
   */
  void endRefresh(Object begun, String instance, String error, long certificateEndMillis);

  /**
   * Records a closed tunnel.
   *
   * @param begun the result of {@link #begin}
   */
  void endTunnel(
      Object begun, String instance, long openMillis, long bytesReceived, long bytesSent);
}
