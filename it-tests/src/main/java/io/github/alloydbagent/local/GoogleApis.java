package io.github.alloydbagent.local;

import java.util.Map;

/**
 * Servers of Google's that clients know by name, all at one address: which one is meant, the
 * request says.
 */
final class GoogleApis implements HttpEndpoint.Handler {
  private final Map<String, HttpEndpoint.Handler> servers;

  /**
   * @param servers by their names
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
