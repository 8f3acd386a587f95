package io.github.alloydbagent.http;

import com.google.api.client.http.LowLevelHttpResponse;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.message.StatusLine;
import org.jspecify.annotations.Nullable;

/** An HTTP response that has been read completely. */
final class ApiAnswer extends LowLevelHttpResponse {
  private final ClassicHttpResponse response;
  private final Header[] headers;
  private final byte @Nullable [] content;

  /**
   * @param content null if the response has no content
   */
  ApiAnswer(ClassicHttpResponse response, byte @Nullable [] content) {
    this.response = response;
    this.headers = response.getHeaders();
    this.content = content;
  }

  @Override
  public @Nullable InputStream getContent() {
    return content == null ? null : new ByteArrayInputStream(content);
  }

  @Override
  public @Nullable String getContentEncoding() {
    return null;
  }

  @Override
  public long getContentLength() {
    return content == null ? 0 : content.length;
  }

  @Override
  public @Nullable String getContentType() {
    Header type = response.getFirstHeader(HttpHeaders.CONTENT_TYPE);
    return type == null ? null : type.getValue();
  }

  @Override
  public String getStatusLine() {
    return new StatusLine(response).toString();
  }

  @Override
  public int getStatusCode() {
    return response.getCode();
  }

  @Override
  public @Nullable String getReasonPhrase() {
    return response.getReasonPhrase();
  }

  @Override
  public int getHeaderCount() {
    return headers.length;
  }

  @Override
  public String getHeaderName(int index) {
    return headers[index].getName();
  }

  @Override
  public String getHeaderValue(int index) {
    return headers[index].getValue();
  }
}
