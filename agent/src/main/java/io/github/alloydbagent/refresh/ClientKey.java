package io.github.alloydbagent.refresh;

import io.github.alloydbagent.crypto.JdkProviders;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The key pair of this process, for which every certificate is issued. */
public final class ClientKey {
  private final KeyPair pair;

  private ClientKey(KeyPair pair) {
    this.pair = pair;
  }

  /**
   * Generates an RSA-2048 pair. This takes from 0.1 to 2 seconds, so only the agent's own threads
   * call it.
   */
  public static ClientKey generate() {
    compileModPow();
    try {
      KeyPairGenerator generator = JdkProviders.keyPairGenerator("RSA");
      generator.initialize(2048, JdkProviders.secureRandom());
      return new ClientKey(generator.generateKeyPair());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime does not support RSA", e);
    }
  }

  /**
   * Makes HotSpot compile modular exponentiation, which takes nearly all of the time of key
   * generation. HotSpot compiles it (to an intrinsic) once its inner method has been called some
   * thousand times. With small numbers that takes 20 ms; with the numbers of a key it takes
   * hundreds of milliseconds, because interpreting each call is slow. A JVM that has just started
   * then generates a key in half the time on Java 17, and in two thirds on Java 25.
   */
  private static void compileModPow() {
    BigInteger modulus = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.valueOf(59)); // a prime
    BigInteger exponent = BigInteger.ONE.shiftLeft(1024).subtract(BigInteger.ONE);
    BigInteger number = BigInteger.TEN;
    for (int i = 0; i < 40; i++) {
      number = number.modPow(exponent, modulus).add(BigInteger.TEN);
    }
  }

  /** Wraps an existing pair. */
  static ClientKey of(KeyPair pair) {
    return new ClientKey(pair);
  }

  KeyPair pair() {
    return pair;
  }

  /** Returns the public key as PEM, a SubjectPublicKeyInfo. */
  String publicPem() {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(pair.getPublic().getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  @Override
  public String toString() {
    return "ClientKey";
  }
}
