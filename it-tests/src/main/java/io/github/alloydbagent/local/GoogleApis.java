package io.github.alloydbagent.local;

import java.util.Map;

/**
 * Serves, at one address, the Google servers that clients know by name; the Host header of a
 * request selects the server.
 */
final class GoogleApis implements HttpEndpoint.Handler {
  private final Map<String, HttpEndpoint.Handler> servers;

  /**
   * @param servers the handler of each server, by host name
   */
  GoogleApis(Map<String, HttpEndpoint.Handler> servers) {
    this.servers = Map.copyOf(servers);
  }

  @Override
  public HttpReply answer(HttpRequest request) throws java.io.IOException {
    HttpEndpoint.Handler server = servers.get(request.header("Host").replaceFirst(":443$", ""));
    return server == null
        ? HttpReply.html(404, "The requested URL was not found on this server")
        : server.answer(request);
  }
}
