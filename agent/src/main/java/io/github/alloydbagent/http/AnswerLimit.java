package io.github.alloydbagent.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongSupplier;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.classic.ExecRuntime;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/**
 * Ends answers that would fill the application's memory, or take forever, whoever gives them: the
 * libraries that ask for tokens have no such limit.
 */
final class AnswerLimit implements ExecChainHandler {

  /** Bytes; the longest that is asked for is a page of a list, some 300 KiB. */
  static final long MOST = 2 << 20;

  /** Nanoseconds for an answer to come in: a timeout of the socket begins anew with each byte. */
  static final long LONGEST = 60_000_000_000L;

  private final LongSupplier nanoClock;

  AnswerLimit(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  @Override
  public ClassicHttpResponse execute(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
      throws IOException, HttpException {
    request.removeHeaders(HttpHeaders.ACCEPT_ENCODING); // a kilobyte may be a megabyte inside
    ClassicHttpResponse response = chain.proceed(request, scope);
    HttpEntity entity = response.getEntity();
    if (entity == null) {
      return response;
    }
    String encoding = entity.getContentEncoding();
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      response.close();
      throw new IOException("the answer is encoded, which nobody has asked for: " + encoding);
    }
    response.setEntity(new Limited(entity, scope.execRuntime));
    return response;
  }

  private final class Limited extends HttpEntityWrapper {
    private final ExecRuntime connection;
    private boolean ended;

    Limited(HttpEntity entity, ExecRuntime connection) {
      super(entity);
      this.connection = connection;
    }

    @Override
    public InputStream getContent() throws IOException {
      return new LimitedInput(super.getContent(), this);
    }

    IOException end(String why) {
      ended = true;
      connection.discardEndpoint();
      return new IOException(why);
    }

    /** Without what closing does otherwise: it reads an answer to its end. */
    @Override
    public void close() throws IOException {
      if (!ended) {
        super.close();
      }
    }
  }

  private final class LimitedInput extends FilterInputStream {
    private final Limited entity;
    private final long start = nanoClock.getAsLong();
    private long count;

    LimitedInput(InputStream in, Limited entity) {
      super(in);
      this.entity = entity;
    }

    @Override
    public int read() throws IOException {
      int next = in.read();
      check(next < 0 ? 0 : 1);
      return next;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int n = in.read(bytes, offset, length);
      check(Math.max(0, n));
      return n;
    }

    private void check(int more) throws IOException {
      count += more;
      if (count > MOST) {
        throw entity.end("the answer is longer than " + MOST + " bytes");
      }
      if (nanoClock.getAsLong() - start > LONGEST) {
        throw entity.end("the answer was not whole after " + LONGEST / 1_000_000_000 + " s");
      }
    }

    @Override
    public void close() throws IOException {
      if (!entity.ended) {
        super.close();
      }
    }
  }
}
