package io.github.alloydbagent.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.config.Http1Config;
import org.jspecify.annotations.Nullable;

/**
 * Rejects responses that would fill the application's memory, because the libraries that request
 * tokens have no such limit. {@link CallDeadline} limits the time of responses.
 */
final class ResponseLimits {

  /**
   * Maximum size of a response in bytes; the longest expected one is a page of a list, about 300
   * KiB.
   */
  static final int MAX_BYTES = 2 << 20;

  /** Limits for the status line and the headers. */
  static final Http1Config HEADER_LIMITS =
      Http1Config.custom().setMaxLineLength(16 << 10).setMaxHeaderCount(200).build();

  private ResponseLimits() {}

  /** Returns the whole content, or null if there is none. */
  static byte @Nullable [] read(@Nullable HttpEntity entity) throws IOException {
    if (entity == null) {
      return null;
    }
    String encoding = entity.getContentEncoding(); // a kilobyte may expand to a megabyte
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw new IOException("the response has an encoding that was not requested: " + encoding);
    }
    InputStream in = entity.getContent();
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      content.write(buffer, 0, count);
      if (content.size() > MAX_BYTES) {
        throw new IOException("the response is longer than " + MAX_BYTES + " bytes");
      }
    }
    return content.toByteArray();
  }
}
