package io.github.alloydbagent.http;

import io.github.alloydbagent.util.CodedException;
import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.message.StatusLine;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.jspecify.annotations.Nullable;

/** An HTTP proxy that opens a tunnel to a server with CONNECT (RFC 9110, 9.3.6). */
final class HttpProxy {
  final HttpHost host;

  /** User and password for Basic authentication (RFC 7617), or null. */
  private final @Nullable String login;

  /**
   * @param usesTls whether connections to the proxy use TLS
   */
  HttpProxy(String host, int port, @Nullable String login, boolean usesTls) {
    this.host = new HttpHost(usesTls ? "https" : "http", host, port);
    this.login = login;
  }

  /** Returns the user and the password, or null. Secret. */
  @Nullable String login() {
    return login;
  }

  /**
   * Makes the proxy connect to a server.
   *
   * @param connection the connection to the proxy
   * @throws IOException if the proxy does not connect
   */
  void connect(HttpClientConnection connection, HttpHost server) throws IOException {
    String address =
        new HttpHost(null, server.getHostName(), ApiConnections.port(server)).toHostString();
    ClassicHttpRequest request = new BasicClassicHttpRequest(Method.CONNECT, host, address);
    request.setHeader(HttpHeaders.HOST, address);
    if (login != null) {
      String text = login.indexOf(':') < 0 ? login + ":" : login;
      request.setHeader(
          HttpHeaders.PROXY_AUTHORIZATION,
          "Basic " + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
    }
    try {
      ClassicHttpResponse response =
          ApiCall.EXECUTOR.execute(request, connection, HttpCoreContext.create());
      if (response.getCode() / 100 != 2) {
        throw new CodedException(
            ErrorCode.HTTP_PROXY_FAILED,
            this + " refused a tunnel to " + address + ": " + new StatusLine(response));
      }
    } catch (NoHttpResponseException e) {
      throw new CodedException(ErrorCode.HTTP_PROXY_FAILED, this + " closed the connection", e);
    } catch (HttpException e) {
      throw new CodedException(
          ErrorCode.HTTP_PROXY_FAILED, this + " does not speak HTTP: " + e.getMessage(), e);
    }
  }

  /** Returns a name for messages, without secrets. */
  @Override
  public String toString() {
    return (ApiConnections.isTls(host) ? "the HTTPS proxy " : "the HTTP proxy ")
        + host.toHostString();
  }
}
