package io.github.alloydbagent.http;

import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import io.github.alloydbagent.util.CodedException;
import io.github.alloydbagent.util.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.function.Function;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.protocol.DefaultHttpProcessor;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.http.protocol.HttpProcessor;
import org.apache.hc.core5.http.protocol.RequestContent;
import org.apache.hc.core5.http.protocol.RequestTargetHost;
import org.apache.hc.core5.net.URIAuthority;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request and its response. The response is read completely before it is returned, so no
 * connection waits for the caller to close it.
 */
final class ApiCall extends LowLevelHttpRequest {
  static final HttpRequestExecutor EXECUTOR = new HttpRequestExecutor();

  private static final HttpProcessor HEADER_PROCESSOR =
      new DefaultHttpProcessor(RequestTargetHost.INSTANCE, RequestContent.INSTANCE);

  private final ClassicHttpRequest request;
  private final HttpHost host;
  private final ApiConnections connections;
  private final Function<HttpHost, CallDeadline> deadlines;
  private int connectMillis = ApiTransport.CONNECT_TIMEOUT_MILLIS;
  private int readMillis = ApiTransport.READ_TIMEOUT_MILLIS;

  /**
   * @param deadlines starts the deadline of a call to a host
   */
  ApiCall(
      String method,
      String url,
      ApiConnections connections,
      Function<HttpHost, CallDeadline> deadlines) {
    this.request = new BasicClassicHttpRequest(method, URI.create(url));
    URIAuthority authority = request.getAuthority();
    if (authority == null || !isHttp(request.getScheme())) {
      throw new IllegalArgumentException("not an http or https URL with a host: " + url);
    }
    this.host = new HttpHost(request.getScheme(), authority.getHostName(), authority.getPort());
    this.connections = connections;
    this.deadlines = deadlines;
  }

  /**
   * Throws if the response is a redirect. Google's HTTP library would follow it to any address,
   * even to {@code http}, and repeat the content of the request: a token, or a signed assertion.
   */
  private void refuseRedirect(ClassicHttpResponse response) throws IOException {
    Header location = response.getFirstHeader(HttpHeaders.LOCATION);
    if (response.getCode() / 100 == 3 && location != null) {
      throw new CodedException(
          ErrorCode.API_REDIRECTED,
          host
              + " returned HTTP "
              + response.getCode()
              + ", a redirect to "
              + target(location.getValue())
              + ". The agent does not follow redirects: check that this is the address of the API"
              + " or token server, and that no login page or proxy responds instead of it.");
    }
  }

  /**
   * Returns the target of a redirect without the parts that may be secret: user, path and query.
   */
  private static String target(@Nullable String location) {
    try {
      URI target = new URI(String.valueOf(location));
      return target.getHost() == null || !isHttp(target.getScheme())
          ? "another address"
          : new HttpHost(target.getScheme(), target.getHost(), target.getPort()).toURI();
    } catch (URISyntaxException | IllegalArgumentException e) {
      return "another address";
    }
  }

  private static boolean isHttp(@Nullable String scheme) {
    return "https".equalsIgnoreCase(scheme) || "http".equalsIgnoreCase(scheme);
  }

  @Override
  public void addHeader(String name, String value) {
    if (!name.equalsIgnoreCase(
        HttpHeaders.ACCEPT_ENCODING)) { // compressed responses would defeat ResponseLimits
      request.addHeader(name, value);
    }
  }

  /** Sets the timeouts. Zero, which means no timeout in other transports, selects the default. */
  @Override
  public void setTimeout(int connectTimeout, int readTimeout) {
    connectMillis =
        connectTimeout == 0
            ? ApiTransport.CONNECT_TIMEOUT_MILLIS
            : Math.min(connectTimeout, ApiTransport.CONNECT_TIMEOUT_MILLIS);
    readMillis =
        readTimeout == 0
            ? ApiTransport.READ_TIMEOUT_MILLIS
            : Math.min(readTimeout, ApiTransport.READ_TIMEOUT_MILLIS);
  }

  @Override
  public LowLevelHttpResponse execute() throws IOException {
    if (getStreamingContent() != null) {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      getStreamingContent().writeTo(content);
      request.setEntity(
          new ByteArrayEntity(
              content.toByteArray(), ContentType.parse(getContentType()), getContentEncoding()));
    }
    try (CallDeadline deadline = deadlines.apply(host)) {
      boolean isAnswered = false;
      try {
        LowLevelHttpResponse answer = execute(deadline);
        isAnswered = true;
        return answer;
      } catch (IOException e) {
        throw deadline.cause(e);
      } finally {
        connections.endCall(deadline, isAnswered);
      }
    }
  }

  private LowLevelHttpResponse execute(CallDeadline deadline) throws IOException {
    HttpCoreContext context = HttpCoreContext.create();
    ApiConnection connection = connections.connect(host, connectMillis, deadline);
    boolean isReusable = false;
    try {
      deadline.beginStep("waiting for the response");
      connection.setSocketTimeout(Timeout.ofMilliseconds(readMillis));
      EXECUTOR.preProcess(request, HEADER_PROCESSOR, context);
      ClassicHttpResponse response = EXECUTOR.execute(request, connection, context);
      ApiAnswer answer = new ApiAnswer(response, ResponseLimits.read(response.getEntity()));
      isReusable =
          EXECUTOR.keepAlive(request, response, connection, context) && deadline.complete();
      refuseRedirect(response);
      return answer;
    } catch (NoHttpResponseException e) {
      throw new IOException(host + " closed the connection without a response", e);
    } catch (HttpException e) {
      throw new IOException(host + " sent a response that is not HTTP: " + e.getMessage(), e);
    } finally {
      connections.release(connection, isReusable);
    }
  }
}
