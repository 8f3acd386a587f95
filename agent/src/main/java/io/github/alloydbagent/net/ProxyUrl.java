package io.github.alloydbagent.net;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A proxy in the form used by settings: {@code [SCHEME://][USER[:PASSWORD]@]HOST[:PORT]}. This
 * class parses the form itself, because {@link java.net.URI} does not support hosts with an
 * underscore (as in names of Docker Compose) and rejects passwords that curl accepts.
 */
public final class ProxyUrl {

  /** The accepted form, for messages. */
  static final String FORM = "[SCHEME://][USER:PASSWORD@]HOST[:PORT]";

  /** In lower case; empty if there is no scheme. */
  public final String scheme;

  /** A name, an IPv4 address, or an IPv6 address in brackets. */
  public final String host;

  /** -1 if there is no port. */
  public final int port;

  public final @Nullable String user;

  /** Empty if there is a user without a password, null if there is no user. Secret. */
  public final @Nullable String password;

  private ProxyUrl(
      String scheme, String host, int port, @Nullable String user, @Nullable String password) {
    this.scheme = scheme;
    this.host = host;
    this.port = port;
    this.user = user;
    this.password = password;
  }

  /**
   * Parses a setting. The last {@code @} separates user and password from the host, and the first
   * {@code :} separates the user from the password, so a password may contain both. {@code %}
   * followed by two hexadecimal digits is decoded to a byte; any other {@code %} is literal.
   *
   * @throws IllegalArgumentException if the text is not in this form; the message contains no part
   *     that could be a password
   */
  static ProxyUrl parse(String text) {
    int colon = text.indexOf("://");
    boolean hasScheme = colon > 0 && text.substring(0, colon).matches("[A-Za-z][A-Za-z0-9+.-]*");
    String scheme = hasScheme ? text.substring(0, colon).toLowerCase(Locale.ROOT) : "";
    String rest = hasScheme ? text.substring(colon + 3) : text;
    int end = 0;
    while (end < rest.length() && "/?#".indexOf(rest.charAt(end)) < 0) {
      end++;
    }
    if (rest.indexOf('@', end) >= 0) { // may be part of a password or of a path
      throw new IllegalArgumentException(
          "there is an @ after a /, ? or #: in a password, write these as %2F, %3F and %23");
    }
    String authority = rest.substring(0, end);
    int at = authority.lastIndexOf('@');
    String login = at < 0 ? null : authority.substring(0, at);
    String address = authority.substring(at + 1);
    int portColon = address.lastIndexOf(':');
    boolean hasPort = portColon > address.lastIndexOf(']');
    String host = hasPort ? address.substring(0, portColon) : address;
    if (!isHost(host)) {
      throw new IllegalArgumentException(
          host.isEmpty() ? "it has no host" : "its host is neither a name nor an address");
    }
    int port = -1;
    if (hasPort && portColon < address.length() - 1) {
      port = port(address.substring(portColon + 1));
      if (port < 0) {
        throw new IllegalArgumentException("its port is not a number from 1 to 65535");
      }
    }
    if (login == null) {
      return new ProxyUrl(scheme, host, port, null, null);
    }
    int split = login.indexOf(':');
    return new ProxyUrl(
        scheme,
        host,
        port,
        decoded(split < 0 ? login : login.substring(0, split)),
        split < 0 ? "" : decoded(login.substring(split + 1)));
  }

  /** Returns whether this can be a host: a name, which may contain underscores, or an address. */
  static boolean isHost(String text) {
    return text.startsWith("[")
        ? text.matches("\\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9._-]+)?]")
        : text.matches("[\\p{L}\\p{N}_.-]+");
  }

  /** Returns the port, or -1 if the text is not a port number. */
  public static int port(String text) {
    if (!text.matches("[0-9]{1,5}")) {
      return -1;
    }
    int port = Integer.parseInt(text);
    return port >= 1 && port <= 65_535 ? port : -1;
  }

  private static String decoded(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream decoded = new ByteArrayOutputStream();
    for (int i = 0; i < bytes.length; i++) {
      int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
      int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
      if (bytes[i] == '%' && high >= 0 && low >= 0) {
        decoded.write(high << 4 | low);
        i += 2;
      } else {
        decoded.write(bytes[i]);
      }
    }
    return new String(decoded.toByteArray(), StandardCharsets.UTF_8);
  }

  /** Returns the URL without user and password. */
  @Override
  public String toString() {
    return (scheme.isEmpty() ? "" : scheme + "://") + host + (port < 0 ? "" : ":" + port);
  }
}
