package io.github.alloydbagent.cli.status;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an agent stands, from its own JSON. A member that an agent of another version does not have
 * is empty, and one that this version does not know is left out.
 */
final class AgentReport {
  final String version;

  /** By the clock of the JVM that was asked, as all times here, in milliseconds. */
  final long time;

  /** Why there are no instances to show, though nothing has failed; empty if nothing is said. */
  final String state;

  /** Why the agent works for nobody; empty if it does. */
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
   * @throws IOException if it is no such JSON
   */
  static AgentReport of(String json) throws IOException {
    try {
      JsonObject object = JsonParser.parseString(json).getAsJsonObject();
      List<InstanceReport> instances = new ArrayList<>();
      for (JsonElement each : object.getAsJsonArray("instances")) {
        instances.add(new InstanceReport(each.getAsJsonObject()));
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
      throw new IOException("what it said is not understood: " + e.getMessage(), e);
    }
  }

  /** Whether the agent works, and no instance is without connection info. */
  boolean isWell() {
    for (InstanceReport instance : instances) {
      if (instance.state.equals("FAILED")) {
        return false;
      }
    }
    return failure.isEmpty();
  }

  /** What others wrote, fit for a terminal: in one line, without control characters. */
  static String text(JsonObject object, String name) {
    JsonElement value = object.get(name);
    return value == null || value.isJsonNull() ? "" : plain(value.getAsString());
  }

  static long number(JsonObject object, String name) {
    JsonElement value = object.get(name);
    return value == null ? 0 : value.getAsLong();
  }

  static double fraction(JsonObject object, String name) {
    JsonElement value = object.get(name);
    return value == null ? 0 : value.getAsDouble();
  }

  static String plain(@Nullable String text) {
    StringBuilder plain = new StringBuilder();
    for (char c : String.valueOf(text).toCharArray()) {
      boolean blank = c == '\n' || c == '\r' || c == '\t';
      boolean hidden = Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
      plain.append(blank ? ' ' : hidden ? '?' : c);
    }
    return plain.toString().replaceAll(" +", " ").trim();
  }
}
