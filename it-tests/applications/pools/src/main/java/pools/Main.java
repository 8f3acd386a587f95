package pools;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Works through pools, one after the other, and ends their connections meanwhile: {@code Main URL
 * USER PASSWORD POOL...}
 */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) throws Exception {
    // by default HikariCP takes it on trust that a connection is alive half a second after use
    System.setProperty("com.zaxxer.hikari.aliveBypassWindowMs", "0");
    Login login = new Login(arguments[0], arguments[1], arguments[2]);
    try (Sessions sessions = new Sessions(login)) {
      for (String name : Arrays.asList(arguments).subList(3, arguments.length)) {
        System.out.println(name + ": " + work(name, login, sessions));
      }
    }
  }

  private static String work(String name, Login login, Sessions sessions) throws Exception {
    List<String> done = new ArrayList<>();
    try (Pool pool = Pool.open(name, login)) {
      Bank bank = new Bank(pool.source);
      bank.found();
      bank.work();
      done.add(bank.audit());

      done.add(fill(pool) + " connections");
      done.add(sessions.end() + " ended while idle");
      bank.work();
      done.add(bank.audit());

      done.add("one ended in use (" + endInUse(pool, sessions) + ")");
      bank.work();
      done.add(bank.audit());
    }
    sessions.awaitNone();
    return String.join(", ", done);
  }

  /** All connections that it can have, at the same time. */
  private static int fill(Pool pool) throws SQLException {
    List<Connection> connections = new ArrayList<>();
    Set<Integer> sessions = new HashSet<>();
    for (int i = 0; i < Pool.SIZE; i++) {
      connections.add(pool.source.getConnection());
      sessions.add(Sessions.id(connections.get(i)));
    }
    for (Connection connection : connections) {
      connection.close();
    }
    return sessions.size();
  }

  /** The state with which a transaction fails whose session has ended. */
  private static String endInUse(Pool pool, Sessions sessions) throws SQLException {
    try (Connection connection = pool.source.getConnection()) {
      connection.setAutoCommit(false);
      Bank.note(connection, 0, 1, 1);
      sessions.end(Sessions.id(connection));
      connection.commit();
      throw new IllegalStateException("committed on a session that has ended");
    } catch (SQLException e) {
      return e.getSQLState();
    }
  }

  static void check(boolean fact, String otherwise) {
    if (!fact) {
      throw new IllegalStateException(otherwise);
    }
  }
}
