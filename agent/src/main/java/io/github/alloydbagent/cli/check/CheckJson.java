package io.github.alloydbagent.cli.check;

import com.google.gson.stream.JsonWriter;
import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import java.io.StringWriter;

/** Formats the result of a check as JSON. */
final class CheckJson {

  private CheckJson() {}

  static String of(CheckResult result, String version) throws IOException {
    StringWriter text = new StringWriter();
    JsonWriter json = new JsonWriter(text);
    json.setIndent("  ");
    json.beginObject();
    json.name("version").value(version);
    json.name("ok").value(result.failureCount() == 0);
    json.name("settings");
    write(json, result.settings);
    if (result.failure != null) {
      writeFailure(json, result.failure);
    }
    json.name("hosts").beginArray();
    for (HostResult host : result.hosts) {
      json.beginObject();
      json.name("host").value(host.host);
      if (!host.instance.isEmpty()) {
        json.name("instance").value(host.instance);
      }
      json.name("ok").value(host.failure == null);
      json.name("steps").beginArray();
      for (Step step : host.steps) {
        write(json, step);
      }
      json.endArray();
      if (host.failure != null) {
        writeFailure(json, host.failure);
      }
      json.endObject();
    }
    json.endArray();
    json.endObject();
    return text.toString();
  }

  private static void writeFailure(JsonWriter json, String failure) throws IOException {
    json.name("failure").value(failure);
    String code = ErrorCode.findIn(failure);
    if (code != null) {
      json.name("code").value(code);
    }
  }

  private static void write(JsonWriter json, Step step) throws IOException {
    json.beginObject();
    json.name("step").value(step.name);
    json.name("ok").value(step.isSuccessful);
    if (step.millis != Step.NO_TIME) {
      json.name("millis").value(step.millis);
    }
    if (!step.detail.isEmpty()) {
      json.name("detail").value(step.detail);
    }
    json.endObject();
  }
}
