package io.github.alloydbagent.compatibility;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** The requests to an application that takes orders over HTTP, the same for all frameworks. */
final class OrdersApplication implements Comparison.Application {

  /** Starts the application. */
  interface Start {
    Jvm jvm(Database database) throws IOException;
  }

  /** Requests that only one application gets. */
  interface More {
    void ask(OrdersOverHttp client) throws Exception;
  }

  /** The pool size that each application configures. */
  private static final int POOL = 4;

  private static final int CLIENTS = 8;
  private static final int ORDERS = 5;

  private final LocalAlloyDb alloyDb;
  private final Start start;
  private final Pattern running;
  private final String healthPath;
  private final String healthy;
  private final More more;

  /**
   * @param running the text that it prints when it listens; its first group is the port
   * @param healthPath the path of its health check
   * @param healthy the response of the health check if its database responds
   */
  OrdersApplication(
      LocalAlloyDb alloyDb,
      Start start,
      String running,
      String healthPath,
      String healthy,
      More more) {
    this.alloyDb = alloyDb;
    this.start = start;
    this.running = Pattern.compile(running);
    this.healthPath = healthPath;
    this.healthy = healthy;
    this.more = more;
  }

  @Override
  public String run(Database database) throws Exception {
    Jvm jvm =
        start
            .jvm(database)
            .flags(database.jvmFlags().toArray(String[]::new))
            .flags("-Xmx256m")
            .property("java.io.tmpdir", database.directory().toString())
            .environment(database.environment())
            .directory(database.directory())
            .deadline(Duration.ofMinutes(5));
    try (RunningJvm application = jvm.start()) {
      int port = Integer.parseInt(application.awaitOut(running).group(1));
      use(new OrdersOverHttp(port));
      JvmResult result = application.terminate();
      assertThat(result.timedOut()).as("killed at the deadline:\n%s", result).isFalse();
      assertThat(result.exit()).as("exit code after SIGTERM:\n%s", result).isEqualTo(128 + 15);
      return result.out() + result.err();
    }
  }

  private void use(OrdersOverHttp client) throws Exception {
    assertThat(client.get(healthPath)).contains(healthy);
    orderAtOnce(client);
    assertThat(client.orders()).hasSize(CLIENTS * ORDERS);
    refuseAll(client);
    assertThat(client.orders()).isEqualTo(expected());
    awaitPool();
    more.ask(client);
  }

  /** Uses more clients than connections, so that the pool has to work. */
  private static void orderAtOnce(OrdersOverHttp client) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    try {
      List<Future<Integer>> answers = new ArrayList<>();
      for (OrdersOverHttp.Order order : expected()) {
        answers.add(threads.submit(() -> client.order(List.of(order))));
      }
      for (Future<Integer> answer : answers) {
        assertThat(answer.get(2, MINUTES)).isEqualTo(200);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** One order is invalid, so the orders before it must be rolled back. */
  private static void refuseAll(OrdersOverHttp client) throws Exception {
    List<OrdersOverHttp.Order> orders =
        List.of(
            new OrdersOverHttp.Order("reading lamp", 3),
            new OrdersOverHttp.Order("standing lamp", 2),
            new OrdersOverHttp.Order("no lamp", 0));
    assertThat(client.order(orders)).isEqualTo(409);
  }

  private static List<OrdersOverHttp.Order> expected() {
    return IntStream.rangeClosed(1, CLIENTS * ORDERS)
        .mapToObj(i -> new OrdersOverHttp.Order(String.format("bücherregal %02d", i), i))
        .toList();
  }

  /** A pool may fill itself a little later. */
  private void awaitPool() throws SQLException, InterruptedException {
    long end = System.nanoTime() + SECONDS.toNanos(30);
    while (sessions() != POOL && System.nanoTime() < end) {
      MILLISECONDS.sleep(20);
    }
    assertThat(sessions()).as("sessions in the server").isEqualTo(POOL);
  }

  private int sessions() throws SQLException {
    String sql = "SELECT count(*) FROM pg_stat_activity WHERE usename = '" + Database.USER + "'";
    try (Connection connection = alloyDb.superuser();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getInt(1);
    }
  }
}
