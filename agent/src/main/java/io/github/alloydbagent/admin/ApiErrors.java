package io.github.alloydbagent.admin;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.util.ExceptionMessages;
import org.jspecify.annotations.Nullable;

/**
 * Creates exceptions from error responses of the Admin API: the reason that the API reported, and
 * what to do about it.
 */
final class ApiErrors {

  /** The role that is required to connect. */
  static final String CLIENT_ROLE = "roles/alloydb.client";

  /** The role that is required to list instances. */
  static final String VIEWER_ROLE = "roles/alloydb.viewer";

  private static final int MAX_EXCERPT_CHARS = 300;

  /** Upper bound of the {@code Retry-After} that the agent respects. */
  private static final long MAX_RETRY_AFTER_SECONDS = 600;

  private ApiErrors() {}

  static ApiException forResponse(
      int status,
      String body,
      @Nullable String retryAfter,
      String endpoint,
      String what,
      String role,
      String principal) {
    return new ApiException(
        code(status),
        status,
        endpoint
            + " returned HTTP "
            + status
            + " for "
            + what
            + " as "
            + principal
            + ": "
            + reason(body)
            + advice(status, role, principal),
        retryAfterMillis(retryAfter),
        null);
  }

  private static ErrorCode code(int status) {
    switch (status) {
      case 401:
        return ErrorCode.API_TOKEN_REJECTED;
      case 403:
        return ErrorCode.API_PERMISSION_DENIED;
      case 404:
        return ErrorCode.API_NOT_FOUND;
      case 429:
        return ErrorCode.API_QUOTA_EXCEEDED;
      default:
        return status >= 500 ? ErrorCode.API_UNAVAILABLE : ErrorCode.API_REFUSED;
    }
  }

  /** Parses seconds, which Google's APIs send; a date (RFC 9110, section 10.2.3) is ignored. */
  private static long retryAfterMillis(@Nullable String retryAfter) {
    if (retryAfter == null) {
      return 0;
    }
    try {
      return Math.max(0, Math.min(MAX_RETRY_AFTER_SECONDS, Long.parseLong(retryAfter.trim())))
          * 1000;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static String reason(String body) {
    JsonObject error = error(body);
    if (error == null) {
      return body.trim().isEmpty()
          ? "(empty response)."
          : ExceptionMessages.sentence(excerpt(body));
    }
    JsonElement message = error.get("message");
    JsonElement state = error.get("status");
    String text = message == null ? "(no message)" : text(message);
    return ExceptionMessages.sentence(state == null ? text : text(state) + ": " + text);
  }

  /** Returns the value as text, even if it is not a JSON string. */
  private static String text(JsonElement value) {
    return excerpt(value.isJsonPrimitive() ? value.getAsString() : value.toString());
  }

  private static String advice(int status, String role, String principal) {
    switch (status) {
      case 401:
        return " The token was not accepted: check that the credentials belong to this"
            + " environment.";
      case 403:
        return " Grant "
            + role
            + " and roles/serviceusage.serviceUsageConsumer to "
            + principal
            + " in the instance's project, and check that the project is spelled correctly and"
            + " that the AlloyDB API is enabled in it.";
      case 404:
        return " Check the spelling of location, cluster and instance.";
      case 429:
        return " The project's request quota is exhausted.";
      default:
        return "";
    }
  }

  private static @Nullable JsonObject error(String body) {
    try {
      JsonElement parsed = JsonParser.parseString(body);
      JsonElement error = parsed.isJsonObject() ? parsed.getAsJsonObject().get("error") : null;
      return error != null && error.isJsonObject() ? error.getAsJsonObject() : null;
    } catch (JsonParseException e) {
      return null; // for example HTML from a front end
    }
  }

  /** Returns the beginning of a text, in one line. */
  static String excerpt(String text) {
    String line = ExceptionMessages.inOneLine(text);
    return line.length() > MAX_EXCERPT_CHARS ? line.substring(0, MAX_EXCERPT_CHARS) + "..." : line;
  }
}
