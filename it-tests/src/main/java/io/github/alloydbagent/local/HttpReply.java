package io.github.alloydbagent.local;

import com.google.gson.JsonElement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A response, and the fault to apply while sending it, if any. */
record HttpReply(int status, Map<String, String> headers, String body, @Nullable HttpFault fault) {

  static HttpReply of(int status, String contentType, String body) {
    return new HttpReply(status, Map.of("Content-Type", contentType), body, null);
  }

  static HttpReply json(int status, JsonElement body) {
    return of(status, "application/json; charset=UTF-8", body.toString());
  }

  static HttpReply html(int status, String message) {
    String page =
        "<!DOCTYPE html>\n<html lang=en>\n<title>Error "
            + status
            + "</title>\n<p>"
            + message
            + ".\n";
    return of(status, "text/html; charset=UTF-8", page);
  }

  HttpReply with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new HttpReply(status, more, body, fault);
  }

  private HttpReply suffering(HttpFault how) {
    return new HttpReply(status, headers, body, how);
  }

  /**
   * Returns the correct response, or the response that the fault causes.
   *
   * @param error converts the fault to an error in the server's own format
   */
  static HttpReply suffering(
      @Nullable HttpFault fault, Function<HttpFault, HttpReply> error, Supplier<HttpReply> right) {
    if (fault == null) {
      return right.get();
    }
    return switch (fault.kind()) {
      case STATUS -> error.apply(fault);
      case HTML -> html(fault.status(), fault.message());
      default -> right.get().suffering(fault);
    };
  }
}
