package apps;

import java.io.PrintStream;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Uses many drivers, each in a separate class loader, as applications do: {@code DriverChecks HOST
 * OTHER_HOST IAM_HOST CA_FILE CHECKS DRIVER=JAR...}, with {@code -} for no IAM host and for all
 * checks; the system property {@code copy.megabytes} is the amount to COPY. Prints a line for each
 * driver and check, {@code DRIVER TAB CHECK TAB OUTCOME TAB DETAIL}; the outcome is {@code ok},
 * {@code no} or, if the version lacks the feature, {@code absent}.
 */
public final class DriverChecks {

  private static final int AT_ONCE = 16;
  private static final int PATIENCE_SECONDS = 120;

  /** A check that returns its result, or throws if it fails. */
  interface Check {
    String run() throws Exception;
  }

  private final PrintStream out = System.out;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "check");
            thread.setDaemon(true);
            return thread;
          });

  private DriverChecks() {}

  public static void main(String[] args) throws Exception {
    Servers servers = new Servers(args[0], args[1], args[2].equals("-") ? null : args[2], args[3]);
    DriverChecks checks = new DriverChecks();
    Semaphore places = new Semaphore(AT_ONCE);
    Map<String, Future<?>> running = new LinkedHashMap<>();
    for (String each : Arrays.asList(args).subList(5, args.length)) {
      String name = each.substring(0, each.indexOf('='));
      String jars = each.substring(name.length() + 1);
      places.acquire();
      running.put(
          name,
          checks.threads.submit(
              () -> {
                try {
                  checks.checkAll(name, jars, servers, args[4]);
                } finally {
                  places.release();
                }
              }));
    }
    for (Future<?> each : running.values()) {
      each.get();
    }
    System.exit(0);
  }

  private void checkAll(String name, String jars, Servers servers, String wanted) {
    Map<String, Check> all;
    try {
      all = new DriverWork(name, new PublishedDriver(jars), servers).checks();
    } catch (Exception | LinkageError e) {
      print(name, "load", "no", e);
      return;
    }
    List<String> some = Arrays.asList(wanted.split(","));
    for (Map.Entry<String, Check> check : all.entrySet()) {
      if (wanted.equals("-") || some.contains(check.getKey())) {
        tryOut(name, check.getKey(), check.getValue());
      }
    }
  }

  private void tryOut(String name, String title, Check check) {
    Future<String> running = threads.submit(check::run);
    try {
      print(name, title, "ok", running.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      boolean absent = e.getCause() instanceof PublishedDriver.AbsentException;
      print(name, title, absent ? "absent" : "no", e.getCause());
    } catch (TimeoutException e) {
      running.cancel(true);
      print(name, title, "no", new SQLException("no end within " + PATIENCE_SECONDS + " s"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void print(String name, String title, String outcome, Throwable cause) {
    boolean absent = cause instanceof PublishedDriver.AbsentException;
    print(name, title, outcome, absent ? cause.getMessage() : JdbcProbe.chain(cause));
  }

  private void print(String name, String title, String outcome, String detail) {
    String line = JdbcProbe.oneLine(detail).replace('\t', ' ');
    out.println(name + "\t" + title + "\t" + outcome + "\t" + line);
  }

  /** The servers to connect to: the same with the agent and without, under different names. */
  static final class Servers {
    final String host;
    final String otherHost;
    final String iamHost;
    final String authority;

    /**
     * Creates the names of the servers.
     *
     * @param iamHost null if there is no IAM login
     * @param authority the file with the certificate of the server's issuer
     */
    Servers(String host, String otherHost, String iamHost, String authority) {
      this.host = host;
      this.otherHost = otherHost;
      this.iamHost = iamHost;
      this.authority = authority;
    }
  }
}
