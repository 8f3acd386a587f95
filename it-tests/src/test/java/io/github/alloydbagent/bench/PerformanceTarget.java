package io.github.alloydbagent.bench;

import io.github.alloydbagent.bench.BenchPlan.Workload;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A performance target of the project.
 *
 * @param text the description
 * @param atLeast whether the limit is a lower bound
 * @param unit the unit of the figure; empty for a ratio
 */
record PerformanceTarget(
    Workload workload, String text, boolean atLeast, double limit, String unit, Measure measure) {

  /** Computes the figure on a JDK; empty if it was not measured. */
  interface Measure {
    OptionalDouble of(Figures figures, int jdk);
  }

  static final List<PerformanceTarget> ALL =
      List.of(
          most(
              Workload.UNUSED,
              "wall time above an empty agent's, nothing mapped",
              10,
              "ms",
              difference("unused.wall", Unmapped.NOTHING_MAPPED, Unmapped.EMPTY_AGENT)),
          most(
              Workload.UNUSED,
              "wall time above an empty agent's, a host mapped",
              10,
              "ms",
              difference("unused.wall", Unmapped.HOST_MAPPED, Unmapped.EMPTY_AGENT)),
          most(
              Workload.FIRST,
              "time added to plain, relative to the official connector's",
              0.25,
              "",
              share("first.row")),
          most(
              Workload.CONNECT,
              "p50, relative to the official connector's",
              0.4,
              "",
              ratio("connect.p50", Ground.AGENT, Ground.OFFICIAL)),
          most(
              Workload.CONNECT,
              "p50, relative to a bare client's with resumed sessions",
              1.1,
              "",
              ratio("connect.p50", Ground.AGENT, Ground.BARE)),
          most(
              Workload.CONNECT,
              "paced p50 with warm tunnels, relative to plain",
              1.3,
              "",
              ratio("paced.p50", Ground.WARM, Ground.PLAIN)),
          least(
              Workload.STORM,
              "connections per second, relative to the official connector's",
              1.5,
              ratio("storm.rate", Ground.AGENT, Ground.OFFICIAL)),
          most(
              Workload.PING,
              "p50, relative to the official connector's",
              1,
              "",
              ratio("ping.micros.p50", Ground.AGENT, Ground.OFFICIAL)),
          most(
              Workload.PING,
              "p99, relative to the official connector's",
              1,
              "",
              ratio("ping.micros.p99", Ground.AGENT, Ground.OFFICIAL)),
          least(
              Workload.BULK,
              "MB/s read, relative to the official connector's",
              1,
              ratio("bulk.read.rate", Ground.AGENT, Ground.OFFICIAL)),
          least(
              Workload.BULK,
              "MB/s written, relative to the official connector's",
              1,
              ratio("bulk.write.rate", Ground.AGENT, Ground.OFFICIAL)),
          most(
              Workload.BULK,
              "CPU per GB read, relative to the official connector's",
              1,
              "",
              ratio("bulk.read.cpu", Ground.AGENT, Ground.OFFICIAL)),
          most(
              Workload.BULK,
              "CPU per GB written, relative to the official connector's",
              1,
              "",
              ratio("bulk.write.cpu", Ground.AGENT, Ground.OFFICIAL)),
          most(
              Workload.HOLD,
              "resident memory added to plain, relative to the official connector's",
              0.5,
              "",
              share("hold.rss")),
          most(
              Workload.HOLD,
              "classes added, relative to the official connector's",
              0.25,
              "",
              share("hold.classes")),
          most(
              Workload.HOLD,
              "threads added, relative to the official connector's",
              0.5,
              "",
              share("hold.threads")),
          most(Workload.MANY, "threads", 4, "", of("held.agentThreads")),
          most(Workload.MANY, "heap per instance", 50, "kB", of("many.heap")));

  private static PerformanceTarget most(
      Workload workload, String text, double limit, String unit, Measure measure) {
    return new PerformanceTarget(workload, text, false, limit, unit, measure);
  }

  private static PerformanceTarget least(
      Workload workload, String text, double limit, Measure measure) {
    return new PerformanceTarget(workload, text, true, limit, "", measure);
  }

  private static Measure of(String figure) {
    return (figures, jdk) -> figures.median(jdk, Ground.AGENT, figure);
  }

  private static Measure ratio(String figure, String of, String to) {
    return (figures, jdk) -> {
      OptionalDouble one = figures.median(jdk, of, figure);
      OptionalDouble other = figures.median(jdk, to, figure);
      return one.isPresent() && other.isPresent()
          ? OptionalDouble.of(one.getAsDouble() / other.getAsDouble())
          : OptionalDouble.empty();
    };
  }

  private static Measure difference(String figure, String of, String from) {
    return (figures, jdk) -> {
      OptionalDouble one = figures.median(jdk, of, figure);
      OptionalDouble other = figures.median(jdk, from, figure);
      return one.isPresent() && other.isPresent()
          ? OptionalDouble.of(one.getAsDouble() - other.getAsDouble())
          : OptionalDouble.empty();
    };
  }

  /** Returns the agent's overhead relative to the official connector's overhead. */
  private static Measure share(String figure) {
    return (figures, jdk) -> {
      OptionalDouble own = difference(figure, Ground.AGENT, Ground.PLAIN).of(figures, jdk);
      OptionalDouble others = difference(figure, Ground.OFFICIAL, Ground.PLAIN).of(figures, jdk);
      return own.isPresent() && others.isPresent()
          ? OptionalDouble.of(own.getAsDouble() / others.getAsDouble())
          : OptionalDouble.empty();
    };
  }

  boolean isMetBy(double figure) {
    return atLeast ? figure >= limit : figure <= limit;
  }
}
