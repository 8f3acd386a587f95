package io.github.alloydbagent.bench;

import io.github.alloydbagent.bench.BenchPlan.Workload;
import java.util.List;

/**
 * A workload's section of the page.
 *
 * @param text how it was measured
 * @param base the subject that the ratios of the others refer to; empty for none
 * @param columns the columns of its table
 * @param chart the titles of its charts, in the order of the columns that they show
 */
record Section(
    Workload workload, String text, String base, List<Column> columns, List<Chart> charts) {

  /** A figure and the column's title with its unit. */
  record Column(String figure, String title) {}

  /** A chart of one figure for all JDKs and ways. */
  record Chart(String file, String title, String figure) {}

  /**
   * Returns whether the mean is used: CPU time is counted in hundredths of a second, too coarse for
   * a median.
   */
  static boolean isMean(String figure) {
    return figure.equals("unused.cpu");
  }

  static final List<Section> ALL =
      List.of(
          new Section(
              Workload.UNUSED,
              "A JVM that never touches a database. Wall: the run time of a program that ends"
                  + " immediately. CPU: of a program that lives for 1.5 s, so that background work counts"
                  + " (the mean of all runs, because CPU time is counted in steps of 10 ms).",
              Unmapped.NO_AGENT,
              List.of(new Column("unused.wall", "wall, ms"), new Column("unused.cpu", "CPU, ms")),
              List.of(new Chart("unused", "a JVM without a database, ms", "unused.wall"))),
          new Section(
              Workload.FIRST,
              "From the start of the JVM to the first row, and from the start to the entry of `main`,"
                  + " which includes `premain`. Classes: all that were loaded by then, including about a"
                  + " hundred for counting them. CPU: of all threads.",
              Ground.PLAIN,
              List.of(
                  new Column("first.row", "first row, ms"),
                  new Column("first.main", "main, ms"),
                  new Column("first.cpu", "CPU, ms"),
                  new Column("first.classes", "classes")),
              List.of(new Chart("first", "JVM start to first row, ms", "first.row"))),
          new Section(
              Workload.CONNECT,
              "Connects and disconnects "
                  + Sessions.CONNECTS
                  + " times in sequence, after "
                  + Sessions.HELD_CONNECTIONS
                  + " warm-up connections. CPU: the client's, per connection. Paced: with a pause of 50 ms"
                  + " before each connection.",
              Ground.PLAIN,
              List.of(
                  new Column("connect.p50", "p50, ms"),
                  new Column("connect.p99", "p99, ms"),
                  new Column("connect.min", "min, ms"),
                  new Column("connect.cpu", "CPU, ms"),
                  new Column("paced.p50", "paced p50, ms")),
              List.of(new Chart("connect", "connect and disconnect, p50, ms", "connect.p50"))),
          new Section(
              Workload.STORM,
              Sessions.STORM_THREADS
                  + " threads connect and disconnect concurrently, "
                  + Sessions.STORM
                  + " times in total.",
              Ground.PLAIN,
              List.of(
                  new Column("storm.rate", "per second"),
                  new Column("storm.p99", "p99, ms"),
                  new Column("storm.cpu", "CPU per connection, ms")),
              List.of(new Chart("storm", "connections a second on 16 threads", "storm.rate"))),
          new Section(
              Workload.PING,
              "`SELECT 1` on one connection, "
                  + Sessions.PINGS
                  + " times after half as many for warm-up. The cost of the agent's own streams is too"
                  + " small to show here: JMH (`-Pjmh`, CONTRIBUTING) measures about 20 ns per TLS record.",
              Ground.PLAIN,
              List.of(
                  new Column("ping.micros.p50", "p50, µs"),
                  new Column("ping.micros.p99", "p99, µs")),
              List.of(new Chart("ping", "SELECT 1, p50, µs", "ping.micros.p50"))),
          new Section(
              Workload.BULK,
              Sessions.BULK_MEGABYTES
                  + " MB in each direction by COPY, in rows of 8 KB. The server generates the data that is"
                  + " read, and keeps one row in 1024 of the data that is written. CPU: the client's. One"
                  + " JVM per figure.",
              Ground.PLAIN,
              List.of(
                  new Column("bulk.read.rate", "read, MB/s"),
                  new Column("bulk.read.cpu", "CPU, s/GB"),
                  new Column("bulk.write.rate", "written, MB/s"),
                  new Column("bulk.write.cpu", "CPU, s/GB")),
              List.of(
                  new Chart("bulk-read", "COPY TO STDOUT, MB/s", "bulk.read.rate"),
                  new Chart("bulk-write", "COPY FROM STDIN, MB/s", "bulk.write.rate"))),
          new Section(
              Workload.HOLD,
              Sessions.HELD_CONNECTIONS
                  + " open connections, after four garbage collections. Threads: as the operating system"
                  + " counts them. Measured right after the first row.",
              Ground.PLAIN,
              List.of(
                  new Column("hold.rss", "resident, MB"),
                  new Column("hold.heap", "heap, MB"),
                  new Column("hold.metaspace", "metaspace, MB"),
                  new Column("hold.threads", "threads"),
                  new Column("hold.classes", "classes")),
              List.of(new Chart("hold", "resident with 200 connections, MB", "hold.rss"))),
          new Section(
              Workload.MANY,
              Many.INSTANCES
                  + " mapped instances in "
                  + Many.CLUSTERS
                  + " clusters, from the start of the JVM until all have a certificate. Memory: what each"
                  + " instance adds to a JVM with a single one, after four garbage collections.",
              "",
              List.of(
                  new Column("many.seconds", "all valid, s"),
                  new Column("many.calls", "API calls"),
                  new Column("held.agentThreads", "threads"),
                  new Column("many.heap", "heap per instance, kB"),
                  new Column("many.rss", "resident per instance, kB")),
              List.of()),
          new Section(
              Workload.HOUR,
              "A simulated day: the agent's own refresh classes with a virtual clock, 100 instances in"
                  + " 20 clusters, and one-hour certificates. Figures are per instance. It runs on Java "
                  + Day.OLDEST_JDK
                  + " or later, as the agent's tests do.",
              "",
              List.of(
                  new Column("day.addresses", "calls for addresses"),
                  new Column("day.certificates", "calls for certificates"),
                  new Column("day.cpu", "CPU, ms")),
              List.of()));
}
