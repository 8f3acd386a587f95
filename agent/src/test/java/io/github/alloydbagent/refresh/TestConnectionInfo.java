package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.time.Clock;
import java.io.IOException;
import java.security.KeyPair;
import java.util.List;
import javax.net.ssl.SSLContext;

/** Creates connection info for tests of other packages, which cannot create certificates. */
public final class TestConnectionInfo {

  private TestConnectionInfo() {}

  public static ClientCertificate certificate(SSLContext context) {
    return new ClientCertificate(context, List.of(), Clock.SYSTEM, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  public static KeyPair pair(ClientKey key) {
    return key.pair();
  }

  public static ConnectionInfo at(String privateIp, ClientCertificate certificate) {
    return new ConnectionInfo(new Addresses(privateIp, null, null), certificate);
  }

  public static IOException earlierFailure(IOException cause, long agoMillis, long nextMillis) {
    return new EarlierFailureException(cause, agoMillis, nextMillis);
  }
}
