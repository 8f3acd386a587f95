package io.github.alloydbagent.tunnel;

import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What in a JVM's configuration keeps TLS 1.3 with an instance from working. The agent sets
 * protocol and cipher suites of its own sockets; signature schemes and groups it cannot set before
 * JDK 20, and disabled algorithms never.
 */
final class JvmLimits {
  private static final String CANNOT = ", which the agent cannot override";

  /** In lower case; without a condition such as {@code keySize < 1024} they disable all of it. */
  private static final Set<String> NEEDED =
      new HashSet<>(
          Arrays.asList(
              "rsa",
              "rsassa-pss",
              "rsa_pss_rsae_sha256",
              "ec",
              "ecdhe",
              "xdh",
              "x25519",
              "secp256r1",
              "aes",
              "gcm",
              "hmac",
              "sha256"));

  private JvmLimits() {}

  /** What to change, in sentences; the empty string if nothing is known to be in the way. */
  static String ofThisJvm() {
    return of(
        System.getProperty("jdk.tls.client.SignatureSchemes"),
        System.getProperty("jdk.tls.namedGroups"),
        Security.getProperty("jdk.tls.disabledAlgorithms"),
        hasCurves());
  }

  static String of(
      @Nullable String schemes,
      @Nullable String groups,
      @Nullable String disabled,
      boolean hasCurves) {
    if (!hasCurves) {
      return "This Java runtime has no elliptic curves, which TLS 1.3 with AlloyDB needs: before"
          + " JDK 22 they are in the module jdk.crypto.ec. Add it to the runtime image (jlink"
          + " --add-modules jdk.crypto.ec).";
    }
    if (isSet(schemes) && !lower(schemes).contains("rsa_pss_rsae_")) {
      return "The system property jdk.tls.client.SignatureSchemes ("
          + schemes
          + ")"
          + CANNOT
          + ", has no RSA, which the client certificate needs: add rsa_pss_rsae_sha256 to it.";
    }
    if (isSet(groups)
        && !lower(groups).contains("x25519")
        && !lower(groups).contains("secp256r1")) {
      return "The system property jdk.tls.namedGroups ("
          + groups
          + ")"
          + CANNOT
          + ", has no group that AlloyDB is known to speak: add x25519 or secp256r1 to it.";
    }
    if (disabled != null) {
      for (String each : disabled.split(",", -1)) {
        if (NEEDED.contains(lower(each))) {
          return "The security property jdk.tls.disabledAlgorithms"
              + CANNOT
              + ", disables "
              + each.trim()
              + ", which TLS 1.3 with AlloyDB needs: remove it there.";
        }
      }
    }
    return "";
  }

  /** Whether any provider has them: the JDK's TLS takes them from the first one that does. */
  private static boolean hasCurves() {
    for (Provider provider : Security.getProviders()) {
      if (provider.getService("KeyAgreement", "ECDH") != null
          || provider.getService("KeyAgreement", "XDH") != null) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSet(@Nullable String value) {
    return value != null && !value.trim().isEmpty();
  }

  private static String lower(@Nullable String text) {
    return text == null ? "" : text.trim().toLowerCase(Locale.ROOT);
  }
}
