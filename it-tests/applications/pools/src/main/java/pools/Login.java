package pools;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Where the database is, and as whom to use it. */
final class Login {

  final String url;
  final String user;
  final String password;

  Login(String url, String user, String password) {
    this.url = url;
    this.user = user;
    this.password = password;
  }

  /** A connection of no pool. */
  Connection connect() throws SQLException {
    return DriverManager.getConnection(url, user, password);
  }
}
