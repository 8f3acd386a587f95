package io.github.alloydbagent.compatibility;

import io.github.alloydbagent.jvm.JvmResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.Value;
import org.msgpack.value.ValueFactory;

/** Datadog's tracer, and a server that replaces the Datadog agent to which it sends traces. */
final class Datadog implements Neighbour {

  private static final String ARTIFACT = "dd-java-agent";
  private static final String TRACES = "/v0.4/traces";

  private final Deliveries agent =
      new Deliveries(
          path ->
              path.equals("/info")
                  ? "{\"version\":\"7.60.0\",\"endpoints\":[\"" + TRACES + "\"]}"
                  : "{}");

  Datadog() throws IOException {}

  static String name() {
    return "Datadog " + Neighbour.version(ARTIFACT);
  }

  @Override
  public List<String> flags(Path directory) {
    agent.forget();
    return List.of(
        "-javaagent:" + Neighbour.jar(ARTIFACT),
        "-Ddd.service=orders",
        "-Ddd.trace.agent.url=" + agent.url(),
        "-Ddd.instrumentation.telemetry.enabled=false",
        "-Ddd.remote_config.enabled=false",
        "-Ddd.profiling.enabled=false",
        "-Ddd.jmxfetch.enabled=false");
  }

  @Override
  public List<String> told(JvmResult result) throws IOException {
    Traces traces = new Traces();
    for (byte[] delivery : agent.at(TRACES)) {
      try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(delivery)) {
        for (Value trace : unpacker.unpackValue().asArrayValue()) {
          for (Value span : trace.asArrayValue()) {
            add(traces, span.asMapValue().map());
          }
        }
      }
    }
    return traces.told();
  }

  private static void add(Traces traces, Map<Value, Value> span) {
    traces.add(text(span, "trace_id"), text(span, "name") + " of " + text(span, "resource"));
  }

  private static String text(Map<Value, Value> span, String key) {
    Value value = span.get(ValueFactory.newString(key));
    if (value == null) {
      throw new AssertionError("no " + key + " in " + span);
    }
    return value.isStringValue() ? value.asStringValue().asString() : value.toString();
  }

  @Override
  public void close() {
    agent.close();
  }
}
