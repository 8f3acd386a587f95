package apps;

import java.io.BufferedReader;
import java.io.File;
import java.io.FileReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Simulates an application under load: for each URL, threads connect, query and disconnect again
 * and again. Its arguments are a directory, the number of threads for each URL, the milliseconds
 * from one attempt of a thread to its next, and {@code NAME=URL}s; the threads of {@code NAME!=URL}
 * are interrupted regularly. It prints a line for each attempt, with the time of its start:
 *
 * <pre>
 * NAME EPOCH_MILLIS MILLIS ok
 * NAME EPOCH_MILLIS MILLIS failed: CAUSE &lt;- CAUSE
 * </pre>
 *
 * Before the first {@code ok} of a name it prints the line {@code NAME is connected}.
 *
 * <p>It begins when the directory contains a file {@code go}. When a file {@code measure-N}
 * appears, it pauses all threads and prints the resources of this JVM; when a file {@code stop}
 * appears, it exits.
 */
public final class Load {
  private static final ReadWriteLock RUNNING = new ReentrantReadWriteLock(true);

  private static final Set<String> CONNECTED = ConcurrentHashMap.newKeySet();

  private static volatile boolean stopped;

  private Load() {}

  public static void main(String[] arguments) throws Exception {
    File directory = new File(arguments[0]);
    int threads = Integer.parseInt(arguments[1]);
    long period = Long.parseLong(arguments[2]);
    int hosts = arguments.length - 3; // spread the attempts over the period
    while (!new File(directory, "go").exists()) {
      Thread.sleep(10);
    }
    List<Thread> workers = new ArrayList<Thread>();
    for (int i = 3; i < arguments.length; i++) {
      String name = arguments[i].substring(0, arguments[i].indexOf('='));
      String url = arguments[i].substring(name.length() + 1);
      List<Thread> own = new ArrayList<Thread>();
      for (int n = 0; n < threads; n++) {
        own.add(
            worker(
                name.replace("!", ""),
                url,
                period,
                period * (n * hosts + i - 3) / (threads * hosts)));
      }
      if (name.endsWith("!")) {
        interrupt(own);
      }
      workers.addAll(own);
    }
    for (int measured = 0; !new File(directory, "stop").exists(); Thread.sleep(20)) {
      if (new File(directory, "measure-" + measured).exists()) {
        RUNNING.writeLock().lock();
        try {
          System.out.println("measure-" + measured + ": " + held());
        } finally {
          RUNNING.writeLock().unlock();
        }
        measured++;
      }
    }
    stopped = true;
    for (Thread worker : workers) {
      worker.join();
    }
    System.out.println("done");
  }

  private static Thread worker(String name, String url, long period, long first) {
    Thread worker =
        new Thread(
            () -> {
              long next = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(first);
              while (!stopped) {
                sleepUntil(next);
                RUNNING.readLock().lock();
                try {
                  attempt(name, url);
                } finally {
                  RUNNING.readLock().unlock();
                }
                next = Math.max(next + TimeUnit.MILLISECONDS.toNanos(period), System.nanoTime());
              }
            },
            "load-" + name);
    worker.start();
    return worker;
  }

  private static void sleepUntil(long nanos) {
    while (!stopped && nanos - System.nanoTime() > 0) {
      try {
        Thread.sleep(Math.min(50, 1 + TimeUnit.NANOSECONDS.toMillis(nanos - System.nanoTime())));
      } catch (InterruptedException e) {
        // meant for an attempt
      }
    }
  }

  private static void attempt(String name, String url) {
    Thread.interrupted();
    long at = System.currentTimeMillis();
    long start = System.nanoTime();
    String result;
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT 4711")) {
      row.next();
      result = row.getInt(1) == 4711 ? "ok" : "failed: another answer: " + row.getString(1);
      if (CONNECTED.add(name)) {
        System.out.println(name + " is connected");
      }
    } catch (SQLException e) {
      result = "failed: " + JdbcProbe.chain(e);
    } catch (Throwable e) {
      result = "failed: not an SQLException: " + e;
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    System.out.println(name + " " + at + " " + millis + " " + JdbcProbe.oneLine(result));
  }

  /** Regularly interrupts one of the threads, whatever it is doing. */
  private static void interrupt(List<Thread> threads) {
    Thread interrupting =
        new Thread(
            () -> {
              while (!stopped) {
                try {
                  Thread.sleep(ThreadLocalRandom.current().nextLong(1, 40));
                } catch (InterruptedException e) {
                  return;
                }
                threads.get(ThreadLocalRandom.current().nextInt(threads.size())).interrupt();
              }
            },
            "interrupting");
    interrupting.setDaemon(true);
    interrupting.start();
  }

  /**
   * Returns the threads that are not this program's, sockets by their remote address, and the heap
   * after four collections, since only every fourth leaves no garbage
   * (-XX:MarkSweepAlwaysCompactCount=4).
   */
  private static String held() throws Exception {
    long heap = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      Thread.sleep(50);
      heap = Math.min(heap, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
    }
    List<String> names = new ArrayList<String>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (!thread.getName().startsWith("load-")) {
        names.add(thread.getName().replace(' ', '_'));
      }
    }
    Collections.sort(names);
    return "heap "
        + heap
        + " files "
        + fileCount()
        + " tunnels "
        + tunnels()
        + " threads "
        + String.join(",", names);
  }

  private static int fileCount() {
    String[] files = new File("/proc/self/fd").list();
    return files == null ? -1 : files.length;
  }

  /**
   * Returns the number of open sockets to addresses other than 127.0.0.1, which serves the API and
   * the tokens.
   */
  private static int tunnels() throws IOException {
    Map<String, String> ends = new HashMap<String, String>();
    for (String table : new String[] {"tcp", "tcp6"}) {
      try (BufferedReader lines = new BufferedReader(new FileReader("/proc/self/net/" + table))) {
        lines.readLine();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          String[] fields = line.trim().split(" +");
          ends.put("socket:[" + fields[9] + "]", fields[2]);
        }
      }
    }
    int tunnels = 0;
    File[] files = new File("/proc/self/fd").listFiles();
    for (File file : files == null ? new File[0] : files) {
      Path target;
      try {
        target = Files.readSymbolicLink(file.toPath());
      } catch (IOException e) {
        continue; // the descriptor of this directory listing
      }
      String end = ends.get(target.toString());
      // the last 32 bits are the IPv4 address, little endian, also of ::ffff:a.b.c.d
      if (end != null && !end.startsWith("0100007F:") && !end.contains("0100007F:")) {
        tunnels++;
      }
    }
    return tunnels;
  }
}
