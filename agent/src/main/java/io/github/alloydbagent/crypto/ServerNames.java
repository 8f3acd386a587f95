package io.github.alloydbagent.crypto;

import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Compares the subject alternative names of a server's certificate with the dialed name or address
 * (RFC 6125, RFC 9525). The common name is ignored.
 */
final class ServerNames {
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  /**
   * Maximum number of names in a message, because an untrusted certificate may contain any number.
   */
  private static final int MAX_SHOWN_NAMES = 5;

  private ServerNames() {}

  /**
   * Returns whether the certificate is valid for a host.
   *
   * @param dialedHost a DNS name, in any case and with or without a trailing dot, or an IP address
   * @param allowsWildcards whether {@code *} matches the first label of a name
   */
  static boolean match(X509Certificate certificate, String dialedHost, boolean allowsWildcards)
      throws CertificateParsingException {
    InetAddress address = address(dialedHost);
    String name = address == null ? normalized(dialedHost) : "";
    for (List<?> each : names(certificate)) {
      Object value = each.get(1);
      if (!(value instanceof String)) {
        continue;
      }
      int type = (Integer) each.get(0);
      boolean matches =
          address == null
              ? type == DNS_NAME && matches(normalized((String) value), name, allowsWildcards)
              : type == IP_ADDRESS && address.equals(address((String) value));
      if (matches) {
        return true;
      }
    }
    return false;
  }

  /** Returns the certificate's names, for messages. */
  static String describe(X509Certificate certificate) throws CertificateParsingException {
    StringBuilder shown = new StringBuilder();
    int count = 0;
    for (List<?> each : names(certificate)) {
      int type = (Integer) each.get(0);
      if (type == DNS_NAME || type == IP_ADDRESS) {
        if (count == MAX_SHOWN_NAMES) {
          return shown.append(", ...").toString();
        }
        shown.append(count++ == 0 ? "" : ", ").append(each.get(1));
      }
    }
    return count == 0
        ? "no address or name (it has no subject alternative name)"
        : shown.toString();
  }

  private static Collection<List<?>> names(X509Certificate certificate)
      throws CertificateParsingException {
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    return names == null ? Collections.<List<?>>emptyList() : names;
  }

  private static boolean matches(String pattern, String name, boolean allowsWildcards) {
    if (name.isEmpty()) {
      return false;
    }
    if (!allowsWildcards || !pattern.startsWith("*.")) {
      return pattern.equals(name);
    }
    int firstDot = name.indexOf('.');
    String parent = pattern.substring(2);
    return firstDot > 0 && parent.indexOf('.') > 0 && name.substring(firstDot + 1).equals(parent);
  }

  /** Returns an empty string if this is not a name. */
  private static String normalized(String name) {
    String plain = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    boolean isAscii = true;
    for (int i = 0; i < plain.length(); i++) {
      isAscii &= plain.charAt(i) < 0x80;
    }
    try {
      // IDN reads tables from files
      return (isAscii ? plain : IDN.toASCII(plain)).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  /** Returns null if this is not an IP address; never queries DNS. */
  private static @Nullable InetAddress address(String text) {
    boolean isBracketed = text.startsWith("[") && text.endsWith("]");
    String bare = isBracketed ? text.substring(1, text.length() - 1) : text;
    int zone = bare.indexOf('%');
    String literal = zone < 0 ? bare : bare.substring(0, zone);
    if (literal.indexOf(':') < 0 && !literal.matches("\\d{1,3}(\\.\\d{1,3}){3}")) {
      return null;
    }
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      return null;
    }
  }
}
