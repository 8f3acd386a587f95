package orders;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;

/** Keeps entries in whatever transaction the server has for it. */
public final class Ledger {

  private final DataSource database;

  /**
   * @param dataSource its JNDI name
   */
  public Ledger(String dataSource) throws NamingException {
    database = (DataSource) new InitialContext().lookup(dataSource);
  }

  public void open() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS entries");
      statement.execute("CREATE TABLE entries (amount int)");
    }
  }

  public void enter(int amount) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement insert = connection.prepareStatement("INSERT INTO entries VALUES (?)")) {
      insert.setInt(1, amount);
      insert.executeUpdate();
    }
  }

  /** How many entries there are, and of how many transactions of PostgreSQL's. */
  public String balance() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT count(*), sum(amount), count(DISTINCT xmin::text) FROM entries")) {
      found.next();
      return String.format(
          "%d entries of %d in %d branches", found.getInt(1), found.getInt(2), found.getInt(3));
    }
  }
}
