package io.github.alloydbagent.route;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Measures the host lookup of every connection, for mapped and unmapped hosts, with 500 mappings.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RoutesBenchmark {
  private final Routes<String> routes = Routes.of(mappings());

  private static Map<HostPattern, String> mappings() {
    Map<HostPattern, String> mappings = new HashMap<>();
    for (int i = 0; i < 500; i++) {
      mappings.put(HostPattern.parse("orders-" + i + ".db.example"), "instance " + i);
    }
    mappings.put(HostPattern.parse("*.wild.example"), "any instance");
    return mappings;
  }

  @Benchmark
  public Object mapped() {
    return routes.find("orders-250.db.example", 5432);
  }

  @Benchmark
  public Object mappedByAWildcard() {
    return routes.find("some.wild.example", 5432);
  }

  @Benchmark
  public Object unmapped() {
    return routes.find("other.db.example", 5432);
  }

  @Benchmark
  public Object unmappedAddress() {
    return routes.find("10.1.2.3", 5432);
  }

  @Benchmark
  public Object unmappedIpv6() {
    return routes.find("fd00:0:0:1::2", 5432);
  }
}
