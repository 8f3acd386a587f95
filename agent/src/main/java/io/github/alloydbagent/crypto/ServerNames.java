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
 * Compares a server certificate's subject alternative names with the name or address that was
 * dialled (RFC 6125, RFC 9525). The common name does not count.
 */
final class ServerNames {
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  /** Names of the certificate that a message shows; anybody may have written them. */
  private static final int SHOWN = 5;

  private ServerNames() {}

  /**
   * @param dialled a DNS name, in any case and perhaps with a dot at its end, or an IP address
   * @param wildcards whether {@code *} may stand for the first label of a name
   */
  static boolean match(X509Certificate certificate, String dialled, boolean wildcards)
      throws CertificateParsingException {
    InetAddress address = address(dialled);
    String name = address == null ? normalized(dialled) : "";
    for (List<?> each : names(certificate)) {
      Object value = each.get(1);
      if (!(value instanceof String)) {
        continue;
      }
      int kind = (Integer) each.get(0);
      boolean matches =
          address == null
              ? kind == DNS_NAME && matches(normalized((String) value), name, wildcards)
              : kind == IP_ADDRESS && address.equals(address((String) value));
      if (matches) {
        return true;
      }
    }
    return false;
  }

  /** Those of the certificate, for messages. */
  static String shown(X509Certificate certificate) throws CertificateParsingException {
    StringBuilder shown = new StringBuilder();
    int count = 0;
    for (List<?> each : names(certificate)) {
      int kind = (Integer) each.get(0);
      if (kind == DNS_NAME || kind == IP_ADDRESS) {
        if (count == SHOWN) {
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

  private static boolean matches(String pattern, String name, boolean wildcards) {
    if (name.isEmpty()) {
      return false;
    }
    if (!wildcards || !pattern.startsWith("*.")) {
      return pattern.equals(name);
    }
    int firstDot = name.indexOf('.');
    String parent = pattern.substring(2);
    return firstDot > 0 && parent.indexOf('.') > 0 && name.substring(firstDot + 1).equals(parent);
  }

  /** The empty string for what is not a name. */
  private static String normalized(String name) {
    String plain = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    boolean ascii = true;
    for (int i = 0; i < plain.length(); i++) {
      ascii &= plain.charAt(i) < 0x80;
    }
    try {
      // IDN reads tables from files
      return (ascii ? plain : IDN.toASCII(plain)).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  /** Null for what is not an IP address; never asks DNS. */
  private static @Nullable InetAddress address(String text) {
    boolean bracketed = text.startsWith("[") && text.endsWith("]");
    String bare = bracketed ? text.substring(1, text.length() - 1) : text;
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
