package io.github.alloydbagent.core.connections;

import io.github.alloydbagent.config.InstanceSettings;
import io.github.alloydbagent.crypto.JdkProviders;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;

/**
 * A short name of how an instance is reached: credentials, API endpoint, refresh strategy. Unlike a
 * number in an order it is the same at every start and in every JVM with these settings, so that
 * figures of one identity keep their label when another one goes.
 */
final class IdentityFingerprint {

  /** Hexadecimal digits: enough for a few identities, and too few to find a secret by. */
  private static final int LENGTH = 8;

  private IdentityFingerprint() {}

  static String of(InstanceSettings settings) {
    String text =
        settings.identity().distinction()
            + '\n'
            + settings.apiEndpoint()
            + '\n'
            + settings.refreshStrategy();
    try {
      byte[] hash =
          JdkProviders.messageDigest("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      StringBuilder name = new StringBuilder();
      for (int i = 0; i < LENGTH / 2; i++) {
        name.append(Integer.toHexString((hash[i] & 0xff) | 0x100), 1, 3);
      }
      return name.toString();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every JVM has it
    }
  }
}
