package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.StaticConnectionInfo;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.util.CodedException;
import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.util.Futures;
import java.io.File;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Reads the connection info of an instance from a file, without the Admin API. */
public final class StaticConnectionInfoSource implements ConnectionInfoSource {
  private final InstanceName instance;
  private final File file;
  private final Executor executor;
  private final Clock clock;

  /**
   * Creates a source for one instance; reads nothing yet.
   *
   * @param executor reads the file
   */
  public StaticConnectionInfoSource(
      InstanceName instance, File file, Executor executor, Clock clock) {
    this.instance = instance;
    this.file = file;
    this.executor = executor;
    this.clock = clock;
  }

  @Override
  public CompletableFuture<ConnectionInfo> fetch(@Nullable ClientCertificate outdated) {
    return Futures.run(this::read, executor);
  }

  private ConnectionInfo read() throws IOException {
    StaticConnectionInfo info = StaticConnectionInfo.read(file, instance);
    ConnectionInfo read =
        new ConnectionInfo(
            info.addresses(),
            ClientCertificate.of(info.certificate(), ClientKey.of(info.key()), clock));
    if (!read.isValid()) {
      throw new CodedException(
          ErrorCode.STATIC_CERTIFICATE_EXPIRED,
          "the client certificate in static-connection-info "
              + file
              + " was valid until "
              + Log.utc(read.certificate().endMillis())
              + ", and it is "
              + Log.utc(clock.wallMillis())
              + ": create the file again");
    }
    return read;
  }
}
