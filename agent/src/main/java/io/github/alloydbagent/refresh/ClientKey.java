package io.github.alloydbagent.refresh;

import io.github.alloydbagent.crypto.JdkProviders;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The key pair of this process: every certificate is issued for it. */
public final class ClientKey {
  private final KeyPair pair;

  private ClientKey(KeyPair pair) {
    this.pair = pair;
  }

  /** A new RSA-2048 pair; takes from a tenth of a second to two, so for the agent's own threads. */
  public static ClientKey generate() {
    compileThePowers();
    try {
      KeyPairGenerator generator = JdkProviders.keyPairGenerator("RSA");
      generator.initialize(2048, JdkProviders.secureRandom());
      return new ClientKey(generator.generateKeyPair());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no RSA", e);
    }
  }

  /**
   * Nearly all of the time goes into powers modulo a prime, which HotSpot compiles (to an intrinsic
   * of its own) once their inner method was called some thousand times. With small numbers it gets
   * there in 20 ms. With those that a key needs it takes hundreds, since they are long to
   * interpret: a JVM that has just started makes a key in half the time then on 17, in two thirds
   * on 25.
   */
  private static void compileThePowers() {
    BigInteger modulus = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.valueOf(59)); // a prime
    BigInteger exponent = BigInteger.ONE.shiftLeft(1024).subtract(BigInteger.ONE);
    BigInteger number = BigInteger.TEN;
    for (int i = 0; i < 40; i++) {
      number = number.modPow(exponent, modulus).add(BigInteger.TEN);
    }
  }

  /** A pair that is there already. */
  static ClientKey of(KeyPair pair) {
    return new ClientKey(pair);
  }

  KeyPair pair() {
    return pair;
  }

  /** The public half as PEM, a SubjectPublicKeyInfo. */
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
