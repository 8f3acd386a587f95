package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.StaticConnectionInfo;
import io.github.alloydbagent.config.InstanceName;
import io.github.alloydbagent.log.Log;
import java.io.File;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Reads an instance's connection info from a file, in the place of the Admin API. */
public final class StaticFetch implements Fetch {
  private final InstanceName instance;
  private final File file;
  private final Executor executor;

  /**
   * @param executor where the file is read
   */
  public StaticFetch(InstanceName instance, File file, Executor executor) {
    this.instance = instance;
    this.file = file;
    this.executor = executor;
  }

  @Override
  public CompletableFuture<ConnectionInfo> apply(Boolean newCertificate) {
    return Futures.run(this::read, executor);
  }

  private ConnectionInfo read() throws IOException {
    StaticConnectionInfo info = StaticConnectionInfo.read(file, instance);
    long now = System.currentTimeMillis();
    ConnectionInfo read =
        new ConnectionInfo(
            info.addresses(),
            ClientCertificate.of(info.certificate(), ClientKey.of(info.key()), now));
    if (!read.isValidAt(now)) {
      throw new IOException(
          "the client certificate in static-connection-info "
              + file
              + " was valid until "
              + Log.utc(read.certificate().endMillis())
              + ", and it is "
              + Log.utc(now)
              + ": write the file anew");
    }
    return read;
  }
}
