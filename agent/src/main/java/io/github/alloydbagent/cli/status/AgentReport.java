package io.github.alloydbagent.cli.status;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The status of an agent, parsed from its JSON. A member that an agent of another version does not
 * send is empty; unknown members are ignored.
 */
final class AgentReport {
  final String version;

  /**
   * When the report was made, by the clock of the agent's JVM, in milliseconds; so are all times
   * here.
   */
  final long time;

  /** Why there are no instances although nothing failed; empty if not given. */
  final String state;

  /** Why the agent does not work; empty if it does. */
  final String failure;

  final List<InstanceReport> instances;

  private AgentReport(
      String version, long time, String state, String failure, List<InstanceReport> instances) {
    this.version = version;
    this.time = time;
    this.state = state;
    this.failure = failure;
    this.instances = Collections.unmodifiableList(instances);
  }

  /**
   * Parses a report.
   *
   * @throws IOException if the text is not such JSON
   */
  static AgentReport parse(String json) throws IOException {
    try {
      JsonObject object = JsonParser.parseString(json).getAsJsonObject();
      List<InstanceReport> instances = new ArrayList<>();
      for (JsonElement element : object.getAsJsonArray("instances")) {
        instances.add(new InstanceReport(element.getAsJsonObject()));
      }
      return new AgentReport(
          text(object, "version"),
          number(object, "time"),
          text(object, "state"),
          text(object, "failure"),
          instances);
    } catch (JsonParseException
        | IllegalStateException
        | ClassCastException
        | NullPointerException
        | NumberFormatException e) {
      throw new IOException("its response cannot be parsed: " + e.getMessage(), e);
    }
  }

  /** Returns whether the agent works and no instance has failed. */
  boolean isHealthy() {
    for (InstanceReport instance : instances) {
      if (instance.state.equals("FAILED")) {
        return false;
      }
    }
    return failure.isEmpty();
  }

  /** Returns a member's text as one line without control characters, safe for a terminal. */
  static String text(JsonObject object, String name) {
    JsonElement value = object.get(name);
    return value == null || value.isJsonNull()
        ? ""
        : ExceptionMessages.inOneLine(value.getAsString());
  }

  static long number(JsonObject object, String name) {
    JsonElement value = object.get(name);
    return value == null ? 0 : value.getAsLong();
  }

  static double fraction(JsonObject object, String name) {
    JsonElement value = object.get(name);
    return value == null ? 0 : value.getAsDouble();
  }
}
