package io.github.alloydbagent.local;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.time.Duration;

/** An error of the Admin API, in a form that both REST and gRPC can send. */
final class ApiRefusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final int code;
  private final String status;
  private final String reason;
  private final Duration retryAfter;

  private ApiRefusal(int code, String status, String reason, Duration retryAfter, String message) {
    super(message, null, false, false);
    this.code = code;
    this.status = status;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  static ApiRefusal unauthenticated() {
    return new ApiRefusal(
        401,
        "UNAUTHENTICATED",
        "ACCESS_TOKEN_EXPIRED",
        Duration.ZERO,
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie"
            + " or other valid authentication credential.");
  }

  static ApiRefusal scope() {
    return new ApiRefusal(
        403,
        "PERMISSION_DENIED",
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        Duration.ZERO,
        "Request had insufficient authentication scopes.");
  }

  static ApiRefusal denied(String permission, String resource) {
    return new ApiRefusal(
        403,
        "PERMISSION_DENIED",
        "IAM_PERMISSION_DENIED",
        Duration.ZERO,
        "Permission '"
            + permission
            + "' denied on resource '"
            + resource
            + "' (or it may not exist).");
  }

  static ApiRefusal notFound(String resource) {
    return new ApiRefusal(
        404, "NOT_FOUND", "", Duration.ZERO, "Resource '" + resource + "' was not found");
  }

  static ApiRefusal invalid(String message) {
    return new ApiRefusal(400, "INVALID_ARGUMENT", "", Duration.ZERO, message);
  }

  /** Returns the error that the fault describes. */
  static ApiRefusal of(HttpFault fault) {
    return new ApiRefusal(
        fault.status(), statusOf(fault.status()), "", fault.delay(), fault.message());
  }

  /** Maps HTTP status codes to canonical codes, as google/rpc/code.proto does. */
  private static String statusOf(int code) {
    return switch (code) {
      case 400 -> "INVALID_ARGUMENT";
      case 401 -> "UNAUTHENTICATED";
      case 403 -> "PERMISSION_DENIED";
      case 404 -> "NOT_FOUND";
      case 409 -> "ABORTED";
      case 429 -> "RESOURCE_EXHAUSTED";
      case 500 -> "INTERNAL";
      case 503 -> "UNAVAILABLE";
      case 504 -> "DEADLINE_EXCEEDED";
      default -> "UNKNOWN";
    };
  }

  String status() {
    return status;
  }

  String text() {
    return String.valueOf(getMessage());
  }

  /** Returns the error in the JSON format of Google's REST servers. */
  HttpReply reply() {
    JsonObject error = new JsonObject();
    error.addProperty("code", code);
    error.addProperty("message", getMessage());
    error.addProperty("status", status);
    if (!reason.isEmpty()) {
      JsonObject info = new JsonObject();
      info.addProperty("@type", "type.googleapis.com/google.rpc.ErrorInfo");
      info.addProperty("reason", reason);
      info.addProperty("domain", "googleapis.com");
      JsonArray details = new JsonArray();
      details.add(info);
      error.add("details", details);
    }
    JsonObject body = new JsonObject();
    body.add("error", error);
    HttpReply reply = HttpReply.json(code, body);
    return retryAfter.isZero()
        ? reply
        : reply.with("Retry-After", Long.toString(retryAfter.toSeconds()));
  }
}
