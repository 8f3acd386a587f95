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
 * Looks up algorithms in the JDK's own security providers, never in the application's.
 *
 * <p>{@code getInstance(String)} searches the JVM's provider list in order, and the application
 * controls that list: it may insert providers before the JDK's, remove the JDK's, or add one with
 * the same name. Without this class, an application's provider whose {@code
 * SSLContext.getInstance("TLSv1.3")} trusts every certificate would disable server authentication
 * in the tunnel.
 *
 * <p>The providers are stored when this class is initialized, so later changes of the list have no
 * effect.
 */
public final class JdkProviders {

  /** Names of providers and their classes on Java 8, in lookup order. */
  private static final String[][] JDK_PROVIDERS = {
    {"SUN", "sun.security.provider.Sun"},
    {"SunRsaSign", "sun.security.rsa.SunRsaSign"},
    {"SunEC", "sun.security.ec.SunEC"},
    {"SunJSSE", "com.sun.net.ssl.internal.ssl.Provider"},
  };

  /** Packages of the JDK's providers: OpenJDK, Oracle and IBM (also in Semeru). */
  private static final String[] JDK_PACKAGES = {"sun.", "com.sun.", "com.oracle.", "com.ibm."};

  /**
   * Algorithms of the JDK's default configuration: on Unix, on Windows since Java 9, and on Windows
   * before.
   */
  private static final String[] RANDOM_ALGORITHMS = {"NativePRNG", "DRBG", "SHA1PRNG"};

  private static final List<Provider> PROVIDERS = loadProviders();

  private JdkProviders() {}

  /**
   * Initializes this class; called as early as possible, before {@code main} can change the list.
   */
  public static void initialize() {
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
   * Returns the JDK's provider of an algorithm.
   *
   * @throws NoSuchAlgorithmException if no provider of the JDK supports the algorithm
   */
  public static Provider of(String type, String algorithm) throws NoSuchAlgorithmException {
    Provider provider = find(type, algorithm);
    if (provider == null) {
      throw new NoSuchAlgorithmException(
          "no built-in security provider of this Java runtime has "
              + type
              + " "
              + algorithm
              + " (its providers: "
              + names()
              + ")");
    }
    return provider;
  }

  /** Returns the same as {@link #of}, or null if there is no such provider. */
  public static @Nullable Provider find(String type, String algorithm) {
    for (Provider provider : PROVIDERS) {
      if (provider.getService(type, algorithm) != null) {
        return provider;
      }
    }
    for (Provider provider : Security.getProviders()) {
      if (isFromJdk(provider) && provider.getService(type, algorithm) != null) {
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

  public static CertificateFactory certificateFactory() throws CertificateException {
    try {
      return CertificateFactory.getInstance("X.509", of("CertificateFactory", "X.509"));
    } catch (NoSuchAlgorithmException e) {
      throw new CertificateException(e.getMessage(), e);
    }
  }

  static CertPathValidator certPathValidator() throws NoSuchAlgorithmException {
    return CertPathValidator.getInstance("PKIX", of("CertPathValidator", "PKIX"));
  }

  /** Returns a source of random numbers that an application's provider cannot replace. */
  public static SecureRandom secureRandom() {
    for (String algorithm : RANDOM_ALGORITHMS) {
      Provider provider = find("SecureRandom", algorithm);
      if (provider != null) {
        try {
          return SecureRandom.getInstance(algorithm, provider);
        } catch (NoSuchAlgorithmException e) {
          // Tries the next one: /dev/urandom may be missing.
        }
      }
    }
    return new SecureRandom(); // IBM's Java 8 has other algorithms
  }

  /**
   * Returns whether a provider is part of the Java runtime, based on its class, because any
   * provider can use any name.
   */
  static boolean isFromJdk(Provider provider) {
    return isFromJdk(provider.getClass());
  }

  static boolean isFromJdk(Class<?> type) {
    ClassLoader loader = type.getClassLoader();
    ClassLoader agentLoader = JdkProviders.class.getClassLoader();
    // the platform loader (the extension loader on Java 8) is the parent of the agent's loader
    if (loader != null && (agentLoader == null || loader != agentLoader.getParent())) {
      return false;
    }
    // other classes can be in lib/ext of Java 8 and on -Xbootclasspath/a
    for (String prefix : JDK_PACKAGES) {
      if (type.getName().startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  private static List<Provider> loadProviders() {
    List<Provider> found = new ArrayList<>();
    for (String[] each : JDK_PROVIDERS) {
      Provider provider;
      try {
        provider = Security.getProvider(each[0]);
      } catch (RuntimeException | LinkageError e) {
        // The list is being modified concurrently; find() searches it again.
        continue;
      }
      if (provider == null || !isFromJdk(provider)) {
        provider = instantiate(each[1]);
      }
      if (provider != null) {
        found.add(provider);
      }
    }
    return Collections.unmodifiableList(found);
  }

  /**
   * Returns null since Java 9, whose modules do not permit this; only the registered providers are
   * available there.
   */
  private static @Nullable Provider instantiate(String className) {
    if (!System.getProperty("java.specification.version", "").startsWith("1.")) {
      return null;
    }
    ClassLoader agentLoader = JdkProviders.class.getClassLoader();
    try {
      return Class.forName(className, true, agentLoader == null ? null : agentLoader.getParent())
          .asSubclass(Provider.class)
          .getConstructor()
          .newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      return null; // IBM's Java 8 has other classes, which are in the list
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
