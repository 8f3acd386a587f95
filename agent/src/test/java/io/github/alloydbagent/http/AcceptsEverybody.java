package io.github.alloydbagent.http;

import java.security.cert.X509Certificate;
import javax.net.ssl.X509TrustManager;

/** A trust manager of applications that do not verify servers. */
final class AcceptsEverybody implements X509TrustManager {
  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) {}

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) {}

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
