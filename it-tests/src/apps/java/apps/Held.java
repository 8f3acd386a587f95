package apps;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;

/**
 * Measures the resources of a JVM. Separate from {@link Bench}, so that its classes are not loaded
 * before they are needed.
 */
final class Held {

  private Held() {}

  /** Returns the time when the JVM started, in milliseconds since 1970. */
  static long jvmStart() {
    return ManagementFactory.getRuntimeMXBean().getStartTime();
  }

  /** Returns the number of loaded classes, including the few hundred that this call loads. */
  static long classes() {
    return ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount();
  }

  /**
   * Prints the figures after four garbage collections, since only every fourth leaves no garbage.
   */
  static void print(String prefix) throws Exception {
    long heap = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      Thread.sleep(50);
      heap = Math.min(heap, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    Bench.figure(prefix + "rss", status("VmRSS") / 1024.0);
    Bench.figure(prefix + "heap", heap / 1048576.0);
    Bench.figure(prefix + "metaspace", metaspace() / 1048576.0);
    Bench.figure(prefix + "threads", status("Threads"));
    Bench.figure(prefix + "javaThreads", ManagementFactory.getThreadMXBean().getThreadCount());
    Bench.figure(prefix + "agentThreads", agentThreads());
    Bench.figure(prefix + "classes", classes());
  }

  private static int agentThreads() {
    int count = 0;
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      count += thread.getName().startsWith("alloydb-agent-") ? 1 : 0;
    }
    return count;
  }

  private static long metaspace() {
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getName().equals("Metaspace")) {
        return pool.getUsage().getUsed();
      }
    }
    throw new IllegalStateException("a JVM without metaspace");
  }

  /** Returns a number from /proc/self/status. */
  private static long status(String name) throws IOException {
    for (String line :
        Files.readAllLines(Paths.get("/proc/self/status"), StandardCharsets.US_ASCII)) {
      if (line.startsWith(name + ":")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("no " + name + " in /proc/self/status");
  }
}
