package io.github.alloydbagent.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** An HTTP proxy that supports only CONNECT (RFC 9110, section 9.3.6) and can redirect targets. */
final class ConnectProxy extends ForwardingProxy {
  private final Map<String, String> standIns;

  /**
   * @param standIns the {@code host:port} to connect to, by the requested {@code host:port}
   */
  ConnectProxy(Map<String, String> standIns) throws IOException {
    super("127.0.0.1");
    this.standIns = standIns;
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  @Override
  String target(InputStream in, OutputStream out) throws IOException {
    String[] request = head(in).split(" ");
    if (!request[0].equals("CONNECT")) {
      throw new IOException("not a tunnel: " + request[0]);
    }
    return request[1];
  }

  @Override
  String standIn(String target) {
    return standIns.getOrDefault(target, target);
  }

  @Override
  void connected(OutputStream out) throws IOException {
    out.write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("no request");
      }
      head.append((char) next);
    }
    return head.toString();
  }
}
