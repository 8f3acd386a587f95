package io.github.alloydbagent.credentials;

import com.google.auth.oauth2.GoogleAuthUtils;
import io.github.alloydbagent.crypto.JdkProviders;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * The content of a credentials file at one time. Other processes may replace the file while this
 * JVM runs.
 */
final class CredentialsFile {

  /** Environment variable with the path of the Application Default Credentials. */
  static final String ENVIRONMENT_VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS";

  /** Maximum size; such files have a few thousand bytes. */
  private static final int MAX_BYTES = 1 << 20;

  private final byte[] content;

  private CredentialsFile(byte[] content) {
    this.content = content;
  }

  /**
   * Returns the file of the Application Default Credentials: the one that {@value
   * #ENVIRONMENT_VARIABLE} names, otherwise the one that gcloud writes; null if it does not exist.
   */
  static @Nullable File ofApplicationDefault() {
    String named = System.getenv(ENVIRONMENT_VARIABLE);
    File file =
        named != null && !named.isEmpty()
            ? new File(named)
            : new File(GoogleAuthUtils.getWellKnownCredentialsPath());
    return file.isFile() ? file : null;
  }

  static CredentialsFile read(File file) throws IOException {
    try (InputStream in = new FileInputStream(file)) {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        content.write(buffer, 0, count);
        if (content.size() > MAX_BYTES) {
          throw new IOException("it is larger than 1 MiB");
        }
      }
      return new CredentialsFile(content.toByteArray());
    }
  }

  byte[] content() {
    return content;
  }

  /**
   * Returns a hash for detecting changes: time stamps are too coarse, and the content itself
   * contains a key and is not kept.
   */
  byte[] hash() {
    try {
      return JdkProviders.messageDigest("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
