package io.github.alloydbagent.admin;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.util.ExceptionMessages;
import org.jspecify.annotations.Nullable;

/** Puts an error answer of the Admin API into words: what it said, and what to do about it. */
final class ApiErrors {

  /** What it takes to connect. */
  static final String CLIENT = "roles/alloydb.client";

  /** What it takes to list instances. */
  static final String VIEWER = "roles/alloydb.viewer";

  private static final int EXCERPT = 300;

  /** Nobody is left alone for longer than this. */
  private static final long MOST_SECONDS = 600;

  private ApiErrors() {}

  static ApiException refused(
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
            + " answered HTTP "
            + status
            + " when asked for "
            + what
            + " as "
            + principal
            + ": "
            + said(body)
            + advice(status, role, principal),
        millis(retryAfter),
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

  /** Seconds, as Google's APIs give them; a date (RFC 9110, section 10.2.3) is not waited for. */
  private static long millis(@Nullable String retryAfter) {
    if (retryAfter == null) {
      return 0;
    }
    try {
      return Math.max(0, Math.min(MOST_SECONDS, Long.parseLong(retryAfter.trim()))) * 1000;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static String said(String body) {
    JsonObject error = error(body);
    if (error == null) {
      return body.trim().isEmpty() ? "(no text)." : ExceptionMessages.sentence(excerpt(body));
    }
    JsonElement message = error.get("message");
    JsonElement state = error.get("status");
    String text = message == null ? "(no message)" : text(message);
    return ExceptionMessages.sentence(state == null ? text : text(state) + ": " + text);
  }

  /** Also of what should be a text and is not. */
  private static String text(JsonElement value) {
    return excerpt(value.isJsonPrimitive() ? value.getAsString() : value.toString());
  }

  private static String advice(int status, String role, String principal) {
    switch (status) {
      case 401:
        return " The token was not accepted: check that the credentials are those of this"
            + " environment.";
      case 403:
        return " Grant "
            + role
            + " and roles/serviceusage.serviceUsageConsumer to "
            + principal
            + " in the instance's project, and check that the project is spelled right and has the"
            + " AlloyDB API enabled.";
      case 404:
        return " Check the spelling of location, cluster and instance.";
      case 429:
        return " The project's request quota is used up for now.";
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
      return null; // a front end's HTML
    }
  }

  /** The beginning of a text, in a line. */
  static String excerpt(String text) {
    String line = ExceptionMessages.inOneLine(text);
    return line.length() > EXCERPT ? line.substring(0, EXCERPT) + "..." : line;
  }
}
