package io.github.alloydbagent.crypto;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Looks up algorithms in the JDK's own security providers, never in those of the application.
 *
 * <p>{@code getInstance(String)} asks the JVM's provider list in its order, and the application
 * owns that list: it may insert providers before the JDK's, remove the JDK's, or add one of the
 * same name. A provider of the application's that answers {@code SSLContext.getInstance("TLSv1.3")}
 * with a context that trusts everybody would otherwise disable server authentication in the tunnel.
 *
 * <p>The providers are remembered when this class is initialized, so what the application does to
 * the list later has no effect.
 */
public final class JdkProviders {

  /** Names, and the classes behind them on Java 8, in the order in which they are asked. */
  private static final String[][] SOFTWARE = {
    {"SUN", "sun.security.provider.Sun"},
    {"SunRsaSign", "sun.security.rsa.SunRsaSign"},
    {"SunEC", "sun.security.ec.SunEC"},
    {"SunJSSE", "com.sun.net.ssl.internal.ssl.Provider"},
  };

  /** The JDK's packages: OpenJDK's, Oracle's, and IBM's (also in Semeru). */
  private static final String[] PACKAGES = {"sun.", "com.sun.", "com.oracle.", "com.ibm."};

  /** Those of the JDK's default configuration on Unix, then on Windows from 9 on, then before. */
  private static final String[] RANDOM = {"NativePRNG", "DRBG", "SHA1PRNG"};

  private static final List<Provider> REMEMBERED = remembered();

  private JdkProviders() {}

  /** Initializes this class: called as early as possible, before {@code main} changes the list. */
  public static void remember() {
    initializeNamedGroups();
  }

  /**
   * Initializes the named groups of Java 11's TLS before an application puts Conscrypt first: they
   * would ask Conscrypt for binary curves, which it rejects with an exception that the JDK does not
   * expect, and the JDK's TLS would be unusable until the JVM ends. Other versions do not ask.
   */
  private static void initializeNamedGroups() {
    if (!"11".equals(System.getProperty("java.specification.version"))) {
      return;
    }
    try {
      Class<?> unused = Class.forName("sun.security.ssl.NamedGroup", true, null);
    } catch (ClassNotFoundException | LinkageError e) {
      // another JDK, or Conscrypt came first: the handshake reports it
    }
  }

  /**
   * The JDK's provider of an algorithm.
   *
   * @throws NoSuchAlgorithmException if no provider of the JDK has it
   */
  public static Provider of(String type, String algorithm) throws NoSuchAlgorithmException {
    Provider provider = find(type, algorithm);
    if (provider == null) {
      throw new NoSuchAlgorithmException(
          "no security provider of this Java runtime's own has "
              + type
              + " "
              + algorithm
              + " (its providers: "
              + names()
              + ")");
    }
    return provider;
  }

  /** As {@link #of}, or null if there is none. */
  public static @Nullable Provider find(String type, String algorithm) {
    for (Provider provider : REMEMBERED) {
      if (provider.getService(type, algorithm) != null) {
        return provider;
      }
    }
    for (Provider provider : Security.getProviders()) {
      if (isJdks(provider) && provider.getService(type, algorithm) != null) {
        return provider;
      }
    }
    return null;
  }

  public static SSLContext sslContext(String protocol) throws NoSuchAlgorithmException {
    return SSLContext.getInstance(protocol, of("SSLContext", protocol));
  }

  public static KeyStore keyStore(String type) throws GeneralSecurityException {
    return KeyStore.getInstance(type, of("KeyStore", type));
  }

  public static KeyFactory keyFactory(String algorithm) throws NoSuchAlgorithmException {
    return KeyFactory.getInstance(algorithm, of("KeyFactory", algorithm));
  }

  public static KeyPairGenerator keyPairGenerator(String algorithm)
      throws NoSuchAlgorithmException {
    return KeyPairGenerator.getInstance(algorithm, of("KeyPairGenerator", algorithm));
  }

  public static MessageDigest messageDigest(String algorithm) throws NoSuchAlgorithmException {
    return MessageDigest.getInstance(algorithm, of("MessageDigest", algorithm));
  }

  /** The one of X.509. */
  public static CertificateFactory certificateFactory() throws CertificateException {
    try {
      return CertificateFactory.getInstance("X.509", of("CertificateFactory", "X.509"));
    } catch (NoSuchAlgorithmException e) {
      throw new CertificateException(e.getMessage(), e);
    }
  }

  /** The one of PKIX. */
  static CertPathValidator certPathValidator() throws NoSuchAlgorithmException {
    return CertPathValidator.getInstance("PKIX", of("CertPathValidator", "PKIX"));
  }

  /** A source of random numbers that an application's provider cannot replace. */
  public static SecureRandom secureRandom() {
    for (String algorithm : RANDOM) {
      Provider provider = find("SecureRandom", algorithm);
      if (provider != null) {
        try {
          return SecureRandom.getInstance(algorithm, provider);
        } catch (NoSuchAlgorithmException e) {
          // /dev/urandom may be missing: the next one
        }
      }
    }
    return new SecureRandom(); // IBM's Java 8 has others
  }

  /** Whether a provider is part of the Java runtime: by its class, since anybody may use a name. */
  static boolean isJdks(Provider provider) {
    return isJdks(provider.getClass());
  }

  static boolean isJdks(Class<?> type) {
    ClassLoader loader = type.getClassLoader();
    ClassLoader own = JdkProviders.class.getClassLoader();
    // the platform loader (on Java 8 the extension loader) is the parent of the agent's own
    if (loader != null && (own == null || loader != own.getParent())) {
      return false;
    }
    // lib/ext of Java 8 and -Xbootclasspath/a hold the classes of others, too
    for (String prefix : PACKAGES) {
      if (type.getName().startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  private static List<Provider> remembered() {
    List<Provider> found = new ArrayList<>();
    for (String[] each : SOFTWARE) {
      Provider provider;
      try {
        provider = Security.getProvider(each[0]);
      } catch (RuntimeException | LinkageError e) {
        // the list is being changed at the same time: find() looks there again
        continue;
      }
      if (provider == null || !isJdks(provider)) {
        provider = instantiated(each[1]);
      }
      if (provider != null) {
        found.add(provider);
      }
    }
    return Collections.unmodifiableList(found);
  }

  /** Null from Java 9 on, whose modules do not let anybody: the list is all that there is. */
  private static @Nullable Provider instantiated(String className) {
    if (!System.getProperty("java.specification.version", "").startsWith("1.")) {
      return null;
    }
    ClassLoader own = JdkProviders.class.getClassLoader();
    try {
      return Class.forName(className, true, own == null ? null : own.getParent())
          .asSubclass(Provider.class)
          .getConstructor()
          .newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      return null; // IBM's Java 8 has other classes, which are found in the list
    }
  }

  private static String names() {
    StringBuilder names = new StringBuilder();
    for (Provider provider : Security.getProviders()) {
      names.append(names.length() == 0 ? "" : ", ").append(provider.getName());
    }
    return names.toString();
  }
}
