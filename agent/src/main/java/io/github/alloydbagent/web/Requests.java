package io.github.alloydbagent.web;

import io.github.alloydbagent.status.Instances;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.StringEntity;

/**
 * Handles requests. They change nothing, and a page of another site cannot read the responses
 * through a name that resolves to this machine (DNS rebinding).
 */
final class Requests {
  private final Instances instances;
  private final String address;
  private final String version;
  private final LongSupplier clock;
  private final Exchanges exchanges;
  private final Health health;

  /**
   * Creates a handler.
   *
   * @param address the address of the port, as set
   */
  Requests(
      Instances instances,
      InstanceDialer dialer,
      Exchanges exchanges,
      String address,
      String version,
      LongSupplier clock) {
    this.instances = instances;
    this.exchanges = exchanges;
    this.address = address;
    this.version = version;
    this.clock = clock;
    this.health = new Health(instances, dialer);
  }

  void handle(ClassicHttpRequest request, ClassicHttpResponse response, Exchange exchange) {
    Page page = page(request, exchange);
    response.setCode(page.code);
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Content-Security-Policy", StatusPage.CONTENT_SECURITY_POLICY);
    if (page.code == 405) {
      response.setHeader("Allow", "GET, HEAD");
    }
    response.setEntity(new StringEntity(page.text, ContentType.parse(page.contentType)));
  }

  private Page page(ClassicHttpRequest request, Exchange exchange) {
    String host = request.getAuthority() == null ? "" : request.getAuthority().getHostName();
    if (!isOwnHost(host)) {
      return Page.plain(
          421,
          "host "
              + host
              + " is not this server: use an IP address, localhost, or the value of http-address");
    }
    String method = request.getMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      return Page.plain(405, method + " is not allowed; use GET or HEAD");
    }
    String path = request.getPath();
    int mark = path.indexOf('?');
    return page(
        mark < 0 ? path : path.substring(0, mark),
        mark < 0 ? "" : path.substring(mark + 1),
        exchange);
  }

  private Page page(String path, String query, Exchange exchange) {
    switch (path) {
      case "/startup":
        return health.startup();
      case "/liveness":
        return health.liveness();
      case "/readiness":
        return readiness(parameters(query), exchange);
      case "/metrics":
        return new Page(200, Metrics.CONTENT_TYPE, Metrics.of(instances));
      case "/status.json":
        return new Page(
            200,
            "application/json; charset=utf-8",
            StatusJson.of(instances, version, clock.getAsLong()));
      case "/":
        return new Page(
            200, "text/html; charset=utf-8", StatusPage.of(instances, version, clock.getAsLong()));
      default:
        return Page.plain(
            404,
            "not found; the paths are /, /status.json, /metrics, /startup, /liveness,"
                + " /readiness");
    }
  }

  private Page readiness(Map<String, String> query, Exchange exchange) {
    if (!"dial".equals(query.get("check"))) {
      return health.readiness(query);
    }
    if (!exchanges.tryStartDialing(exchange)) {
      return Page.plain(
          503,
          "not ready: "
              + Exchanges.MAX_DIALING
              + " requests with check=dial are already running; retry when they have ended, or"
              + " probe less often");
    }
    Page page = health.readiness(query, exchange::isClosed);
    exchange.endIn(Exchanges.REQUEST_TIMEOUT_MILLIS); // time for sending the response
    return page;
  }

  /**
   * Returns whether the Host header is an address or a name of this server. A page in a browser can
   * make a name of its own resolve to this machine, but not an address.
   */
  private boolean isOwnHost(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.matches("[0-9.]+|\\[?[0-9a-f:.%]*:[0-9a-f:.%]*\\]?")
        || name.equals("localhost")
        || name.equalsIgnoreCase(address);
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new HashMap<>();
    for (String parameter : query.split("&", -1)) {
      int equals = parameter.indexOf('=');
      if (equals > 0) {
        parameters.put(parameter.substring(0, equals), parameter.substring(equals + 1));
      }
    }
    return parameters;
  }
}
