package apps;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A service that responds to HTTP requests from a database, and calls itself: {@code OrdersService
 * HOST[:PORT] USER PASSWORD [JAR...]}. It requests {@code /orders} and {@code /cancel} with the
 * driver of the class path, and {@code /driver/1} and so on with each of the jars, prints the
 * responses, and exits.
 */
public final class OrdersService {

  private final String host;
  private final String user;
  private final String password;

  private OrdersService(String host, String user, String password) {
    this.host = host;
    this.user = user;
    this.password = password;
  }

  public static void main(String[] args) throws Exception {
    OrdersService service = new OrdersService(args[0], args[1], args[2]);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    server.setExecutor(threads);
    serve(server, "/orders", () -> orders(service.connect()));
    serve(server, "/cancel", () -> cancelled(service.connect()));
    for (int i = 3; i < args.length; i++) {
      PublishedDriver driver = new PublishedDriver(args[i]);
      serve(
          server,
          "/driver/" + (i - 2),
          () -> orders(driver.connect(service.host, "", service.user, service.password)));
    }
    server.start();
    int port = server.getAddress().getPort();
    ask(port, "/orders");
    for (int i = 3; i < args.length; i++) {
      ask(port, "/driver/" + (i - 2));
    }
    ask(port, "/cancel");
    server.stop(0);
    threads.shutdown();
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:postgresql://" + host + "/postgres", user, password);
  }

  private static void serve(HttpServer server, String path, Answer answer) {
    server.createContext(path, new AnswerHandler(answer));
  }

  private static void ask(int port, String path) throws IOException {
    HttpURLConnection request =
        (HttpURLConnection) new URL("http", "127.0.0.1", port, path).openConnection();
    int status = request.getResponseCode();
    try (BufferedReader body =
        new BufferedReader(
            new InputStreamReader(
                status == 200 ? request.getInputStream() : request.getErrorStream(),
                StandardCharsets.UTF_8))) {
      System.out.println(path + ": " + status + " " + body.readLine());
    }
  }

  private static String orders(Connection connection) throws SQLException {
    try (Connection open = connection;
        Statement statement = open.createStatement()) {
      open.setAutoCommit(false);
      statement.execute("CREATE TEMPORARY TABLE orders (id int, item text)");
      try (PreparedStatement insert = open.prepareStatement("INSERT INTO orders VALUES (?, ?)")) {
        for (int i = 1; i <= 3; i++) {
          insert.setInt(1, i);
          insert.setString(2, "item " + i);
          insert.executeUpdate();
        }
      }
      open.commit();
      try (ResultSet row = statement.executeQuery("SELECT count(*), current_user FROM orders")) {
        row.next();
        return row.getInt(1) + " orders of " + row.getString(2);
      }
    }
  }

  /**
   * Sends the request repeatedly, because a request that arrives before the query has no effect.
   */
  private static String cancelled(Connection connection) throws Exception {
    try (Connection open = connection;
        Statement statement = open.createStatement()) {
      Thread canceller =
          new Thread(
              () -> {
                try {
                  while (true) {
                    Thread.sleep(100);
                    statement.cancel();
                  }
                } catch (SQLException e) {
                  System.out.println("cancel: " + JdbcProbe.oneLine(JdbcProbe.chain(e)));
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      canceller.start();
      try {
        statement.execute("SELECT pg_sleep(20)");
        return "ran to its end";
      } catch (SQLException e) {
        if ("57014".equals(e.getSQLState())) { // query_canceled
          return "cancelled";
        }
        throw e;
      } finally {
        canceller.interrupt();
        canceller.join();
      }
    }
  }

  /** Responds to a request. */
  private interface Answer {
    String get() throws Exception;
  }

  /**
   * Agents instrument handlers by the suffix of their class names, so some would not recognize a
   * lambda.
   */
  private static final class AnswerHandler implements HttpHandler {
    private final Answer answer;

    AnswerHandler(Answer answer) {
      this.answer = answer;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
      int status = 200;
      String text;
      try {
        text = answer.get();
      } catch (Exception e) {
        status = 500;
        text = JdbcProbe.chain(e);
      }
      byte[] body = JdbcProbe.oneLine(text).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, body.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
  }
}
