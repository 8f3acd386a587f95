package io.github.alloydbagent.tunnel;

import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds settings of the JVM that prevent TLS 1.3 with an instance. The agent sets the protocol and
 * the cipher suites of its sockets. It cannot set signature schemes and groups before JDK 20, and
 * can never enable disabled algorithms.
 */
final class JvmLimits {
  private static final String CANNOT_OVERRIDE = ", which the agent cannot override";

  /**
   * Names in lower case. An entry without a condition such as {@code keySize < 1024} disables the
   * algorithm completely.
   */
  private static final Set<String> REQUIRED_ALGORITHMS =
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

  /** Returns what to change, in sentences, or an empty string if no such setting is found. */
  static String hintForThisJvm() {
    return hint(
        System.getProperty("jdk.tls.client.SignatureSchemes"),
        System.getProperty("jdk.tls.namedGroups"),
        Security.getProperty("jdk.tls.disabledAlgorithms"),
        hasCurves());
  }

  static String hint(
      @Nullable String signatureSchemes,
      @Nullable String groups,
      @Nullable String disabled,
      boolean hasCurves) {
    if (!hasCurves) {
      return "This Java runtime has no elliptic curves, which TLS 1.3 with AlloyDB needs: before"
          + " JDK 22 they are in the module jdk.crypto.ec. Add it to the runtime image (jlink"
          + " --add-modules jdk.crypto.ec).";
    }
    if (isSet(signatureSchemes) && !lower(signatureSchemes).contains("rsa_pss_rsae_")) {
      return "The system property jdk.tls.client.SignatureSchemes ("
          + signatureSchemes
          + ")"
          + CANNOT_OVERRIDE
          + ", has no RSA scheme, which the client certificate needs: add rsa_pss_rsae_sha256 to"
          + " it.";
    }
    if (isSet(groups)
        && !lower(groups).contains("x25519")
        && !lower(groups).contains("secp256r1")) {
      return "The system property jdk.tls.namedGroups ("
          + groups
          + ")"
          + CANNOT_OVERRIDE
          + ", has no group that AlloyDB is known to support: add x25519 or secp256r1 to it.";
    }
    if (disabled != null) {
      for (String each : disabled.split(",", -1)) {
        if (REQUIRED_ALGORITHMS.contains(lower(each))) {
          return "The security property jdk.tls.disabledAlgorithms"
              + CANNOT_OVERRIDE
              + ", disables "
              + each.trim()
              + ", which TLS 1.3 with AlloyDB needs: remove it there.";
        }
      }
    }
    return "";
  }

  /**
   * Returns whether any provider has elliptic curves: the JDK's TLS uses the first provider that
   * does.
   */
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
