package io.github.alloydbagent.it;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A SOCKS 5 proxy (RFC 1928) that can require a password (RFC 1929) and resolves names that only it
 * knows.
 */
final class SocksServer extends ForwardingProxy {
  private final String login;
  private final Map<String, String> names;

  /**
   * @param login the {@code user:password} to require; empty for no authentication
   * @param names the addresses of names that only this proxy resolves
   */
  SocksServer(String login, Map<String, String> names) throws IOException {
    super("127.0.0.1");
    this.login = login;
    this.names = names;
  }

  @Override
  String target(InputStream stream, OutputStream out) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    in.readUnsignedByte();
    byte[] methods = new byte[in.readUnsignedByte()];
    in.readFully(methods);
    int method = login.isEmpty() ? 0 : 2;
    boolean offered = new String(methods, StandardCharsets.ISO_8859_1).indexOf(method) >= 0;
    out.write(new byte[] {5, (byte) (offered ? method : 255)});
    if (!offered) {
      throw new IOException("no common authentication method");
    }
    if (method == 2) {
      in.readUnsignedByte();
      boolean right = (text(in) + ":" + text(in)).equals(login);
      out.write(new byte[] {1, (byte) (right ? 0 : 1)});
      if (!right) {
        throw new IOException("wrong password");
      }
    }
    in.skipNBytes(3);
    int kind = in.readUnsignedByte();
    String host;
    if (kind == 3) {
      host = text(in);
    } else {
      byte[] address = new byte[kind == 1 ? 4 : 16];
      in.readFully(address);
      host = InetAddress.getByAddress(address).getHostAddress();
    }
    return host + ":" + in.readUnsignedShort();
  }

  private static String text(DataInputStream in) throws IOException {
    byte[] bytes = new byte[in.readUnsignedByte()];
    in.readFully(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  String standIn(String target) {
    int colon = target.lastIndexOf(':');
    String host = target.substring(0, colon);
    return names.getOrDefault(host, host) + target.substring(colon);
  }

  @Override
  void connected(OutputStream out) throws IOException {
    out.write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
  }
}
