package io.github.alloydbagent.http;

import java.io.BufferedInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Opens files with PEM certificates and skips the byte-order mark that editors on Windows add:
 * {@code CertificateFactory} interprets it as the beginning of a DER certificate.
 */
final class PemFile {
  private static final int[] UTF_8_BOM = {0xef, 0xbb, 0xbf};

  private PemFile() {}

  /**
   * Opens the file at its first character.
   *
   * @throws IOException if the file cannot be read or is in UTF-16
   */
  static InputStream open(File file) throws IOException {
    InputStream in = new BufferedInputStream(new FileInputStream(file));
    try {
      in.mark(UTF_8_BOM.length);
      int first = in.read();
      int second = in.read();
      int third = in.read();
      if (first == UTF_8_BOM[0] && second == UTF_8_BOM[1] && third == UTF_8_BOM[2]) {
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
