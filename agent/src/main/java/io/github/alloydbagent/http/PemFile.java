package io.github.alloydbagent.http;

import java.io.BufferedInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Opens files with PEM certificates behind the byte-order mark that editors on Windows put before a
 * text: {@code CertificateFactory} takes it for the begin of a certificate in DER.
 */
final class PemFile {
  private static final int[] UTF_8_MARK = {0xef, 0xbb, 0xbf};

  private PemFile() {}

  /**
   * The file from its first character on.
   *
   * @throws IOException if it cannot be read, or is in UTF-16
   */
  static InputStream open(File file) throws IOException {
    InputStream in = new BufferedInputStream(new FileInputStream(file));
    try {
      in.mark(UTF_8_MARK.length);
      int first = in.read();
      int second = in.read();
      int third = in.read();
      if (first == UTF_8_MARK[0] && second == UTF_8_MARK[1] && third == UTF_8_MARK[2]) {
        return in;
      }
      if ((first == 0xfe && second == 0xff) || (first == 0xff && second == 0xfe)) {
        throw new IOException("it is in UTF-16; save it in UTF-8");
      }
      in.reset();
      return in;
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }
}
