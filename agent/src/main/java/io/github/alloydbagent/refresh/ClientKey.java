package io.github.alloydbagent.refresh;

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
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return new ClientKey(generator.generateKeyPair());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no RSA", e);
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
