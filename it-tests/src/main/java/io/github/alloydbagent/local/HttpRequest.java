package io.github.alloydbagent.local;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A complete request. The path and the query parameters are decoded. */
record HttpRequest(
    String method,
    String path,
    Map<String, String> query,
    com.sun.net.httpserver.Headers headers,
    String body) {

  static HttpRequest of(HttpExchange exchange) throws IOException {
    return new HttpRequest(
        exchange.getRequestMethod(),
        exchange.getRequestURI().getPath(),
        pairs(exchange.getRequestURI().getRawQuery()),
        exchange.getRequestHeaders(),
        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
  }

  /** Parses the parameters of a query or of a form. */
  static Map<String, String> pairs(@Nullable String encoded) {
    Map<String, String> pairs = new LinkedHashMap<>();
    if (encoded != null) {
      for (String pair : encoded.split("&", -1)) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        pairs.put(
            URLDecoder.decode(name, StandardCharsets.UTF_8),
            URLDecoder.decode(value, StandardCharsets.UTF_8));
      }
    }
    return pairs;
  }

  String header(String name) {
    String value = headers.getFirst(name);
    return value == null ? "" : value;
  }

  String parameter(String name) {
    return query.getOrDefault(name, "");
  }
}
