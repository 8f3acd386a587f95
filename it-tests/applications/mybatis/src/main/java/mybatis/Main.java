package mybatis;

import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDate;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.ibatis.cursor.Cursor;
import org.apache.ibatis.datasource.pooled.PooledDataSource;
import org.apache.ibatis.exceptions.PersistenceException;
import org.apache.ibatis.io.Resources;
import org.apache.ibatis.session.ExecutorType;
import org.apache.ibatis.session.SqlSession;
import org.apache.ibatis.session.SqlSessionFactory;
import org.apache.ibatis.session.SqlSessionFactoryBuilder;

/** Keeps a shop's orders: {@code Main URL USER PASSWORD}. */
public final class Main {

  private static final LocalDate FIRST_DAY = LocalDate.of(2026, 1, 1);
  private static final int ORDERS = 20;
  private static final int THREADS = 8;

  private final SqlSessionFactory factory;

  private Main(SqlSessionFactory factory) {
    this.factory = factory;
  }

  public static void main(String[] arguments) throws Exception {
    SqlSessionFactory factory = open(arguments);
    Main shop = new Main(factory);
    shop.create();
    shop.order("Ada");
    shop.order("Grace");
    shop.report();
    shop.rollBack();
    shop.changeTwice();
    shop.readAtTheSameTime();
    ((PooledDataSource) factory.getConfiguration().getEnvironment().getDataSource())
        .forceCloseAll();
  }

  private static SqlSessionFactory open(String[] arguments) throws IOException {
    Properties login = new Properties();
    login.setProperty("url", arguments[0]);
    login.setProperty("user", arguments[1]);
    login.setProperty("password", arguments[2]);
    try (InputStream configuration = Resources.getResourceAsStream("mybatis/configuration.xml")) {
      return new SqlSessionFactoryBuilder().build(configuration, login);
    }
  }

  private void create() {
    try (SqlSession session = factory.openSession()) {
      session.getMapper(Shop.class).create();
      session.commit();
    }
  }

  /** Inserts in one batch; the customer goes before, since its number is needed. */
  private void order(String name) {
    Customer customer = new Customer(name);
    try (SqlSession session = factory.openSession(ExecutorType.BATCH)) {
      Shop shop = session.getMapper(Shop.class);
      shop.add(customer);
      session.flushStatements();
      for (int i = 0; i < ORDERS; i++) {
        shop.order(customer, new PurchaseOrder(FIRST_DAY.plusDays(i), i));
      }
      int inserted =
          session.flushStatements().stream()
              .flatMapToInt(result -> IntStream.of(result.getUpdateCounts()))
              .sum();
      session.commit();
      System.out.println(name + ": " + inserted + " orders");
    }
  }

  private void report() throws IOException {
    try (SqlSession session = factory.openSession()) {
      Shop shop = session.getMapper(Shop.class);
      for (Customer each : shop.customers(FIRST_DAY.plusDays(15), List.of("Ada", "Nobody"))) {
        System.out.println(each.getName() + ": " + each.getOrders().size() + " late orders");
      }
      System.out.println("lazily: " + shop.customer("Grace").getOrders().size() + " orders");
      int pieces = 0;
      try (Cursor<PurchaseOrder> orders = shop.orders()) {
        for (PurchaseOrder order : orders) {
          pieces += order.getPieces();
        }
      }
      System.out.println("pieces: " + pieces);
    }
  }

  private void rollBack() {
    try (SqlSession session = factory.openSession()) {
      Shop shop = session.getMapper(Shop.class);
      int cleared = shop.clear();
      shop.add(new Customer("Ada"));
      System.out.println("there were two Adas, and no more of " + cleared);
    } catch (PersistenceException e) {
      System.out.println("rolled back, left: " + orders());
    }
  }

  /** The second of two that change the same changes nothing. */
  private void changeTwice() {
    try (SqlSession first = factory.openSession(true);
        SqlSession second = factory.openSession(true)) {
      Customer known = first.getMapper(Shop.class).customer("Ada");
      Customer same = second.getMapper(Shop.class).customer("Ada");
      int changed = first.getMapper(Shop.class).rename(known, "Ada L.");
      int late = second.getMapper(Shop.class).rename(same, "Ada K.");
      System.out.println("changed: " + changed + ", too late: " + late);
    }
  }

  private void readAtTheSameTime() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Integer>> readers =
          IntStream.range(0, THREADS).mapToObj(i -> threads.submit(this::orders)).toList();
      int read = 0;
      for (Future<Integer> each : readers) {
        read += each.get();
      }
      System.out.println("read: " + read);
    } finally {
      threads.shutdownNow();
    }
  }

  private int orders() {
    try (SqlSession session = factory.openSession()) {
      return session.getMapper(Shop.class).customers(null, null).stream()
          .mapToInt(customer -> customer.getOrders().size())
          .sum();
    }
  }
}
