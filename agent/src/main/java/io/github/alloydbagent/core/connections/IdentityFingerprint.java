package io.github.alloydbagent.core.connections;

import io.github.alloydbagent.config.InstanceSettings;
import io.github.alloydbagent.crypto.JdkProviders;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;

/**
 * A short name for how an instance is reached: credentials, API endpoint, refresh strategy. Unlike
 * a sequence number, it is the same after each start and in each JVM with these settings, so the
 * metrics of one identity keep their label when another identity is removed.
 */
final class IdentityFingerprint {

  /**
   * The number of hexadecimal digits: enough to distinguish a few identities, too few to find a
   * secret by guessing.
   */
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
      throw new AssertionError(e); // every JVM supports SHA-256
    }
  }
}
