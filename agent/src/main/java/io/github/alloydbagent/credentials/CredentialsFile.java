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

/** A file with credentials: its content, which others replace while this JVM runs. */
final class CredentialsFile {

  /** Names the file of Application Default Credentials. */
  static final String VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS";

  /** Bytes; such files have a few thousand. */
  private static final int MOST = 1 << 20;

  private final byte[] content;

  private CredentialsFile(byte[] content) {
    this.content = content;
  }

  /**
   * The file that Application Default Credentials are read from: the one that {@value #VARIABLE}
   * names, else the one that gcloud writes; null if it is not there.
   */
  static @Nullable File ofApplicationDefault() {
    String named = System.getenv(VARIABLE);
    File file =
        named != null && !named.isEmpty()
            ? new File(named)
            : new File(GoogleAuthUtils.getWellKnownCredentialsPath());
    return file.isFile() ? file : null;
  }

  /** What is in a file now. */
  static CredentialsFile read(File file) throws IOException {
    try (InputStream in = new FileInputStream(file)) {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        content.write(buffer, 0, count);
        if (content.size() > MOST) {
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
   * What tells this content from another one: time stamps are too coarse, and the content itself,
   * with its key, is not kept.
   */
  byte[] hash() {
    try {
      return JdkProviders.messageDigest("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
