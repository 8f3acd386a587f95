package io.github.alloydbagent.config.source;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads the bytes of a settings file, at startup and for each later comparison. Only reads regular
 * files of limited size: opening a named pipe blocks until a process writes to it, and a device
 * never ends.
 */
public final class SettingsFile {

  /** Far larger than any real settings file. */
  static final int MAX_BYTES = 1 << 20;

  private SettingsFile() {}

  /**
   * Returns the content of the file.
   *
   * @throws IOException if the file cannot be read, is not a regular file, is larger than 1 MiB, is
   *     in UTF-16 or contains NUL bytes; the message gives the reason
   */
  public static byte[] read(File file) throws IOException {
    if (!file.exists()) {
      throw new FileNotFoundException("there is no such file");
    }
    if (!file.isFile()) {
      throw new IOException("it is not a regular file, but a directory, pipe, socket or device");
    }
    try (InputStream in = new FileInputStream(file)) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        bytes.write(buffer, 0, n);
        if (bytes.size() > MAX_BYTES) {
          throw new IOException("it is larger than 1 MiB");
        }
      }
      byte[] content = bytes.toByteArray();
      if (isUtf16(content)) {
        throw new IOException("it is in UTF-16; save it in UTF-8");
      }
      if (hasNulByte(content)) {
        throw new IOException("it contains NUL bytes, as text in UTF-16 does; save it in UTF-8");
      }
      return content;
    }
  }

  /** Returns whether the content starts with a UTF-16 byte order mark, in either byte order. */
  private static boolean isUtf16(byte[] content) {
    int mark = content.length < 2 ? 0 : (content[0] & 0xff) << 8 | (content[1] & 0xff);
    return mark == 0xfeff || mark == 0xfffe;
  }

  /** UTF-16 without a byte order mark, or a block that was not written before a crash. */
  private static boolean hasNulByte(byte[] content) {
    for (byte b : content) {
      if (b == 0) {
        return true;
      }
    }
    return false;
  }
}
