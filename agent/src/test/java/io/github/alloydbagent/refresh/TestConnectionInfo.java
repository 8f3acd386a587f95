package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.Addresses;
import java.io.IOException;
import javax.net.ssl.SSLContext;

/** Connection info for tests of other packages, which cannot make a certificate. */
public final class TestConnectionInfo {

  private TestConnectionInfo() {}

  public static ClientCertificate certificate(SSLContext context) {
    return new ClientCertificate(context, 0, Long.MAX_VALUE);
  }

  public static ConnectionInfo at(String privateIp, ClientCertificate certificate) {
    return new ConnectionInfo(new Addresses(privateIp, null, null), certificate);
  }

  public static IOException earlierFailure(IOException cause, long agoMillis, long nextMillis) {
    return new EarlierFailure(cause, agoMillis, nextMillis);
  }
}
