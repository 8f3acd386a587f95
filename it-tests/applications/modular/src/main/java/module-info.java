/** An application that knows JDBC, and no driver. */
module com.acme.orders {
  requires java.sql;
}
