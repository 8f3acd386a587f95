package io.github.alloydbagent.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongSupplier;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.config.Http1Config;
import org.jspecify.annotations.Nullable;

/**
 * Ends answers that would fill the application's memory, or take forever, whoever gives them: the
 * libraries that ask for tokens have no such limit.
 */
final class AnswerLimit {

  /** Bytes; the longest that is asked for is a page of a list, some 300 KiB. */
  static final int MOST = 2 << 20;

  /** Nanoseconds for an answer to come in: a timeout of the socket begins anew with each byte. */
  static final long LONGEST = 60_000_000_000L;

  /** The same for what comes before the answer. */
  static final Http1Config HEADERS =
      Http1Config.custom().setMaxLineLength(16 << 10).setMaxHeaderCount(200).build();

  private final LongSupplier nanoClock;

  AnswerLimit(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** The whole content; null where there is none. */
  byte @Nullable [] read(@Nullable HttpEntity entity) throws IOException {
    if (entity == null) {
      return null;
    }
    String encoding = entity.getContentEncoding(); // a kilobyte may be a megabyte inside
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw new IOException("the answer is encoded, which nobody has asked for: " + encoding);
    }
    long start = nanoClock.getAsLong();
    InputStream in = entity.getContent();
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      content.write(buffer, 0, count);
      if (content.size() > MOST) {
        throw new IOException("the answer is longer than " + MOST + " bytes");
      }
      if (nanoClock.getAsLong() - start > LONGEST) {
        throw new IOException("the answer was not whole after " + LONGEST / 1_000_000_000 + " s");
      }
    }
    return content.toByteArray();
  }
}
