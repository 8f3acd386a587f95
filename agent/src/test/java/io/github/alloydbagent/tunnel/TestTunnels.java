package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.util.ErrorCode;
import java.io.Closeable;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;

/** Opens tunnels of targets for tests of other packages. */
public final class TestTunnels {
  private final SSLContext context;

  /**
   * @param directory for keys
   */
  public TestTunnels(Path directory) throws Exception {
    context = TlsPair.context(directory);
  }

  /** Returns the failure of a JVM that supports no tunnels. */
  public static TunnelException failure(String message) {
    return new TunnelException(ErrorCode.NO_TLS_1_3, message, null);
  }

  /** Returns a tunnel to the target that was just opened. */
  public Tunnel open(Target target) throws Exception {
    return open(target, () -> {});
  }

  /**
   * Returns a tunnel to the target that was just opened.
   *
   * @param closing is called by the thread that closes it
   */
  public Tunnel open(Target target, Runnable closing) throws Exception {
    TlsPair pair = new TlsPair(context, closing);
    try {
      target.addTunnel("orders-db:5432", pair.tunnel);
    } catch (RemappedException e) {
      pair.close();
      throw e;
    }
    return new Tunnel(pair);
  }

  /** Returns a tunnel to a server in this JVM. */
  public static final class Tunnel implements Closeable {
    private final TlsPair pair;

    private Tunnel(TlsPair pair) {
      this.pair = pair;
    }

    public boolean isOpen() {
      return !pair.tunnel.isClosed();
    }

    @Override
    public void close() throws java.io.IOException {
      pair.close();
    }
  }
}
