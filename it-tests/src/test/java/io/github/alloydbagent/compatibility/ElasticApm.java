package io.github.alloydbagent.compatibility;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.alloydbagent.jvm.JvmResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Elastic's APM agent, and a server that replaces the APM server to which it sends events. */
final class ElasticApm implements Neighbour {

  private static final String ARTIFACT = "elastic-apm-agent";

  private final Deliveries server =
      new Deliveries(
          path -> path.equals("/") ? "{\"version\":\"8.15.0\",\"publish_ready\":true}" : "");

  ElasticApm() throws IOException {}

  static String name() {
    return "Elastic APM " + Neighbour.version(ARTIFACT);
  }

  @Override
  public List<String> flags(Path directory) {
    server.forget();
    return List.of(
        "-javaagent:" + Neighbour.jar(ARTIFACT),
        "-Delastic.apm.server_url=" + server.url(),
        "-Delastic.apm.service_name=orders",
        "-Delastic.apm.central_config=false",
        "-Delastic.apm.cloud_provider=NONE");
  }

  @Override
  public List<String> told(JvmResult result) {
    Traces traces = new Traces();
    for (byte[] events : server.at("/intake/v2/events")) {
      for (String line : new String(events, StandardCharsets.UTF_8).split("\n", -1)) {
        if (!line.isBlank()) {
          add(traces, JsonParser.parseString(line).getAsJsonObject());
        }
      }
    }
    return traces.told();
  }

  private static void add(Traces traces, JsonObject event) {
    for (String kind : List.of("transaction", "span")) {
      JsonObject each = event.getAsJsonObject(kind);
      if (each != null) {
        String span =
            kind + " " + each.get("name").getAsString() + " of " + each.get("type").getAsString();
        for (int i = 0; i < count(each); i++) {
          traces.add(each.get("trace_id").getAsString(), span);
        }
      }
    }
  }

  /** Fast spans in succession are sent as one composite span. */
  private static int count(JsonObject span) {
    JsonObject composite = span.getAsJsonObject("composite");
    return composite == null ? 1 : composite.get("count").getAsInt();
  }

  @Override
  public void close() {
    server.close();
  }
}
