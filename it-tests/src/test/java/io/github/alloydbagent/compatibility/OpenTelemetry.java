package io.github.alloydbagent.compatibility;

import io.github.alloydbagent.jvm.JvmResult;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** OpenTelemetry's agent with the exporter that writes spans to the log. */
final class OpenTelemetry implements Neighbour {

  private static final String ARTIFACT = "opentelemetry-javaagent";

  private static final Pattern SPAN =
      Pattern.compile(
          "LoggingSpanExporter - '(.*?)' : (\\w+) \\w+ (\\w+) \\[tracer: ([\\w.-]+):.*");

  static String name() {
    return "OpenTelemetry " + Neighbour.version(ARTIFACT);
  }

  @Override
  public List<String> flags(Path directory) {
    return List.of(
        "-javaagent:" + Neighbour.jar(ARTIFACT),
        "-Dotel.traces.exporter=console",
        "-Dotel.metrics.exporter=none",
        "-Dotel.logs.exporter=none");
  }

  @Override
  public List<String> told(JvmResult result) {
    Traces traces = new Traces();
    for (String line : result.errLines()) {
      Matcher span = SPAN.matcher(line);
      if (span.find()) {
        traces.add(span.group(2), span.group(3) + " " + span.group(1) + " by " + span.group(4));
      }
    }
    return traces.told();
  }

  @Override
  public String log(JvmResult result) {
    return (result.out() + result.err())
        .lines()
        .filter(line -> !SPAN.matcher(line).find())
        .collect(Collectors.joining("\n"));
  }
}
