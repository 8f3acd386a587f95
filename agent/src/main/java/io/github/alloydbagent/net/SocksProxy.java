package io.github.alloydbagent.net;

import io.github.alloydbagent.util.Coded;
import io.github.alloydbagent.util.CodedException;
import io.github.alloydbagent.util.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A SOCKS 5 proxy (RFC 1928), with an optional user name and password (RFC 1929).
 *
 * <p>The JDK's own client takes passwords only from the application's {@code Authenticator}, which
 * an agent must not set.
 */
public final class SocksProxy {
  private static final int DEFAULT_PORT = 1080;
  private static final int VERSION = 5;
  private static final int NO_PASSWORD = 0;
  private static final int PASSWORD = 2;
  private static final int CONNECT = 1;
  private static final int IPV4 = 1;
  private static final int NAME = 3;
  private static final int IPV6 = 4;

  private static final String[] REPLY_MESSAGES = {
    "granted",
    "general failure",
    "not allowed by its rules",
    "network unreachable",
    "host unreachable",
    "connection refused",
    "timed out",
    "command not supported",
    "address type not supported"
  };

  private final String host;
  private final int port;
  private final @Nullable String user;
  private final @Nullable String password;
  private final boolean resolvesNames;
  private final String variable;

  /**
   * @param variable the name of the variable that contains the URL
   */
  public SocksProxy(ProxyUrl url, String variable) {
    this.host = url.host;
    this.port = url.port < 0 ? DEFAULT_PORT : url.port;
    this.user = url.user;
    this.password = url.password;
    this.resolvesNames = url.scheme.equals("socks5h");
    this.variable = variable;
  }

  /** Returns the proxy's own name or address. */
  public String host() {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** Returns whether the proxy resolves the names of destinations. */
  public boolean resolvesNames() {
    return resolvesNames;
  }

  /**
   * Connects a new socket to a server through the proxy.
   *
   * @param proxyAddress the proxy's address
   * @param to the destination, unresolved if the proxy is to resolve it
   * @param millis the timeout for connecting to the proxy, and for each read from it
   * @throws ConnectException if the proxy cannot be reached
   * @throws SocketTimeoutException if the proxy does not respond
   */
  public void connect(Socket socket, InetAddress proxyAddress, InetSocketAddress to, int millis)
      throws IOException {
    try {
      socket.connect(new InetSocketAddress(proxyAddress, port), millis);
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      throw new UnreachableException(this + " cannot be reached: " + e.getMessage(), e);
    }
    socket.setSoTimeout(millis);
    DataInputStream in = new DataInputStream(socket.getInputStream());
    try {
      greet(socket, in);
      socket.getOutputStream().write(request(to));
      readReply(in);
    } catch (EOFException e) {
      throw new CodedException(
          ErrorCode.SOCKS_PROXY_UNREACHABLE, this + " closed the connection", e);
    }
    socket.setSoTimeout(0);
  }

  private void greet(Socket socket, DataInputStream in) throws IOException {
    byte[] methods =
        user == null
            ? new byte[] {VERSION, 1, NO_PASSWORD}
            : new byte[] {VERSION, 2, NO_PASSWORD, PASSWORD};
    socket.getOutputStream().write(methods);
    if (in.readUnsignedByte() != VERSION) {
      throw new CodedException(ErrorCode.SOCKS_PROXY_UNREACHABLE, this + " does not speak SOCKS 5");
    }
    int method = in.readUnsignedByte();
    if (method == PASSWORD && user != null && password != null) {
      socket.getOutputStream().write(login(user, password));
      in.readUnsignedByte();
      if (in.readUnsignedByte() != 0) {
        throw new CodedException(
            ErrorCode.SOCKS_LOGIN_FAILED,
            this + " rejected the user name and password of " + variable);
      }
    } else if (method != NO_PASSWORD) {
      throw new CodedException(
          ErrorCode.SOCKS_LOGIN_FAILED,
          this
              + (user == null
                  ? " requires a user name and password: "
                      + variable
                      + "=socks5h://USER:PASSWORD@HOST:PORT"
                  : " supports no login with a user name and password"));
    }
  }

  private static byte[] login(String user, String password) {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.write(1); // version of RFC 1929
    text(message, user);
    text(message, password);
    return message.toByteArray();
  }

  private static byte[] request(InetSocketAddress to) {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.write(VERSION);
    message.write(CONNECT);
    message.write(0);
    if (to.isUnresolved()) {
      message.write(NAME);
      text(message, to.getHostString());
    } else {
      byte[] address = to.getAddress().getAddress();
      message.write(address.length == 4 ? IPV4 : IPV6);
      message.write(address, 0, address.length);
    }
    message.write(to.getPort() >>> 8);
    message.write(to.getPort());
    return message.toByteArray();
  }

  private static void text(ByteArrayOutputStream message, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(255, bytes.length);
    message.write(length);
    message.write(bytes, 0, length);
  }

  private void readReply(DataInputStream in) throws IOException {
    in.readUnsignedByte();
    int code = in.readUnsignedByte();
    if (code != 0) {
      throw new CodedException(
          ErrorCode.SOCKS_PROXY_REFUSED,
          this
              + " refused: "
              + (code < REPLY_MESSAGES.length ? REPLY_MESSAGES[code] : "code " + code));
    }
    in.readUnsignedByte();
    int addressType = in.readUnsignedByte();
    int length = addressType == IPV4 ? 4 : addressType == IPV6 ? 16 : in.readUnsignedByte();
    in.readFully(new byte[length + 2]); // the proxy's outgoing address and port
  }

  /** Returns a name for messages, without secrets. */
  @Override
  public String toString() {
    return "the SOCKS proxy " + host + ":" + port + " of " + variable;
  }

  /** No connection to the proxy itself. */
  private static final class UnreachableException extends ConnectException implements Coded {
    private static final long serialVersionUID = 1L;

    UnreachableException(String message, IOException cause) {
      super(message);
      initCause(cause);
    }

    @Override
    public ErrorCode errorCode() {
      return ErrorCode.SOCKS_PROXY_UNREACHABLE;
    }
  }
}
