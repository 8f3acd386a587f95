package jooq;

import static org.jooq.impl.DSL.constraint;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.rowNumber;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.SQLDataType.INTEGER;
import static org.jooq.impl.SQLDataType.LOCALDATE;
import static org.jooq.impl.SQLDataType.VARCHAR;

import com.zaxxer.hikari.HikariDataSource;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.InsertValuesStep3;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;

/** Keeps a shop's orders: {@code Main URL USER PASSWORD}. */
public final class Main {

  private static final LocalDate FIRST_DAY = LocalDate.of(2026, 1, 1);

  private static final Table<Record> CUSTOMERS = table(name("customers"));
  private static final Field<Integer> CUSTOMER_ID = field(name("customers", "id"), INTEGER);
  private static final Field<String> NAME = field(name("customers", "name"), VARCHAR(40));

  private static final Table<Record> ORDERS = table(name("orders"));
  private static final Field<Integer> CUSTOMER = field(name("orders", "customer"), INTEGER);
  private static final Field<LocalDate> DAY = field(name("orders", "day"), LOCALDATE);
  private static final Field<Integer> PIECES = field(name("orders", "pieces"), INTEGER);

  private final DSLContext database;

  private Main(DSLContext database) {
    this.database = database;
  }

  public static void main(String[] arguments) {
    System.setProperty("org.jooq.no-logo", "true");
    System.setProperty("org.jooq.no-tips", "true");
    try (HikariDataSource pool = new HikariDataSource()) {
      pool.setJdbcUrl(arguments[0]);
      pool.setUsername(arguments[1]);
      pool.setPassword(arguments[2]);
      pool.setMaximumPoolSize(4);
      Main shop = new Main(DSL.using(pool, SQLDialect.POSTGRES));
      shop.create();
      shop.order();
      shop.report();
      shop.rollBack();
      shop.batch();
      shop.fetchLazily();
      shop.describe();
    }
  }

  private void create() {
    database
        .createTable(CUSTOMERS)
        .column(CUSTOMER_ID, INTEGER.identity(true))
        .column(NAME, VARCHAR(40).nullable(false))
        .constraints(constraint().primaryKey(CUSTOMER_ID), constraint().unique(NAME))
        .execute();
    database
        .createTable(ORDERS)
        .column(CUSTOMER, INTEGER.nullable(false))
        .column(DAY, LOCALDATE.nullable(false))
        .column(PIECES, INTEGER.nullable(false))
        .constraint(constraint().foreignKey(CUSTOMER).references(CUSTOMERS, CUSTOMER_ID))
        .execute();
  }

  private void order() {
    database.transaction(
        transaction -> {
          for (String name : Arrays.asList("Ada", "Grace")) {
            int id =
                transaction
                    .dsl()
                    .insertInto(CUSTOMERS, NAME)
                    .values(name)
                    .returningResult(CUSTOMER_ID)
                    .fetchOne()
                    .value1();
            InsertValuesStep3<Record, Integer, LocalDate, Integer> orders =
                transaction.dsl().insertInto(ORDERS, CUSTOMER, DAY, PIECES);
            for (int day = 0; day < 20; day++) {
              orders = orders.values(id, FIRST_DAY.plusDays(day), day + id);
            }
            orders.execute();
          }
        });
  }

  /** Groups of a join, and a window function. */
  private void report() {
    Map<String, ? extends Result<?>> late =
        database
            .select(NAME, DAY, PIECES)
            .from(CUSTOMERS)
            .join(ORDERS)
            .on(CUSTOMER.eq(CUSTOMER_ID))
            .where(DAY.ge(FIRST_DAY.plusDays(15)))
            .orderBy(NAME, DAY)
            .fetchGroups(NAME);
    late.forEach((name, orders) -> System.out.println(name + ": " + orders.size() + " orders"));
    Result<?> best =
        database
            .select(NAME, sum(PIECES), rowNumber().over().orderBy(sum(PIECES).desc()))
            .from(CUSTOMERS)
            .join(ORDERS)
            .on(CUSTOMER.eq(CUSTOMER_ID))
            .groupBy(NAME)
            .fetch();
    System.out.println("best: " + best.get(0).get(0) + ", " + best.get(0).get(1) + " pieces");
  }

  private void rollBack() {
    try {
      database.transaction(
          outer -> {
            outer.dsl().deleteFrom(ORDERS).execute();
            outer.dsl().insertInto(CUSTOMERS, NAME).values("Ada").execute();
          });
    } catch (DataAccessException e) {
      System.out.println(e.sqlStateClass() + ", left: " + database.fetchCount(ORDERS));
    }
    database.transaction(
        outer -> {
          outer.dsl().insertInto(CUSTOMERS, NAME).values("Jean").execute();
          try {
            outer
                .dsl()
                .transaction(
                    inner -> {
                      inner.dsl().insertInto(CUSTOMERS, NAME).values("Nobody").execute();
                      throw new IllegalStateException("on purpose");
                    });
          } catch (IllegalStateException e) {
            // only what followed the savepoint is rolled back
          }
        });
    System.out.println(database.select(NAME).from(CUSTOMERS).orderBy(NAME).fetch(NAME));
  }

  private void batch() {
    int[] changed =
        database
            .batch(
                database.update(ORDERS).set(PIECES, (Integer) null).where(DAY.eq((LocalDate) null)))
            .bind(100, FIRST_DAY)
            .bind(200, FIRST_DAY.plusDays(1))
            .execute();
    System.out.println("changed: " + IntStream.of(changed).sum());
  }

  /** Through a cursor of the server's, which needs a transaction. */
  private void fetchLazily() {
    database.transaction(
        transaction -> {
          int pieces = 0;
          try (Cursor<?> rows =
              transaction.dsl().select(PIECES).from(ORDERS).fetchSize(5).fetchLazy()) {
            for (Record row : rows) {
              pieces += row.get(PIECES);
            }
          }
          System.out.println("pieces: " + pieces);
        });
  }

  private void describe() {
    String constraints =
        database.meta().getTables("orders").get(0).getReferences().size() + " reference";
    int counted = database.select(count()).from(ORDERS).fetchOne().value1();
    System.out.println(constraints + ", " + counted + " orders");
  }
}
