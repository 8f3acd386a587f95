package hibernate;

import java.io.Serializable;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import javax.persistence.OptimisticLockException;
import javax.persistence.PersistenceException;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.Transaction;
import org.hibernate.cfg.Configuration;

/** Keeps a shop's orders: {@code Main URL USER PASSWORD}. */
public final class Main {

  private static final LocalDate FIRST_DAY = LocalDate.of(2026, 1, 1);
  private static final int ORDERS = 20;
  private static final int THREADS = 4;
  private static final int VISITS = 10;

  private final SessionFactory factory;

  private Main(SessionFactory factory) {
    this.factory = factory;
  }

  public static void main(String[] arguments) throws Exception {
    try (SessionFactory factory = open(arguments, "create")) {
      Main shop = new Main(factory);
      Serializable ada = shop.order("Ada");
      Serializable grace = shop.order("Grace");
      shop.report();
      shop.fail();
      shop.changeTwice(ada);
      shop.visit(grace);
      shop.remove(ada);
    }
    try (SessionFactory factory = open(arguments, "validate")) {
      System.out.println("the schema is as mapped");
      new Main(factory).report();
    }
  }

  private static SessionFactory open(String[] arguments, String schema) {
    return new Configuration()
        .configure()
        .setProperty("hibernate.connection.url", arguments[0])
        .setProperty("hibernate.connection.username", arguments[1])
        .setProperty("hibernate.connection.password", arguments[2])
        .setProperty("hibernate.hbm2ddl.auto", schema)
        .buildSessionFactory();
  }

  private <T> T transaction(Function<Session, T> work) {
    try (Session session = factory.openSession()) {
      Transaction transaction = session.beginTransaction();
      try {
        T result = work.apply(session);
        transaction.commit();
        return result;
      } catch (RuntimeException e) {
        if (transaction.isActive()) {
          transaction.rollback();
        }
        throw e;
      }
    }
  }

  /** Inserts in batches what hangs together. */
  private Serializable order(String name) {
    return transaction(
        session -> {
          Customer customer = new Customer(name);
          for (int i = 0; i < ORDERS; i++) {
            customer
                .orders()
                .add(new PurchaseOrder(FIRST_DAY.plusDays(i)).of("desk", 1).of("lamp", i));
          }
          return session.save(customer);
        });
  }

  private void report() {
    transaction(
        session -> {
          List<String> sums =
              session
                  .createQuery(
                      "select concat(c.name, ' ', sum(p)) from Customer c join c.orders o"
                          + " join o.pieces p group by c.name order by c.name",
                      String.class)
                  .list();
          int page =
              session
                  .createQuery("from PurchaseOrder o where o.day >= :day order by o.day")
                  .setParameter("day", FIRST_DAY.plusDays(10))
                  .setMaxResults(7)
                  .list()
                  .size();
          Object counted = session.createNativeQuery("SELECT count(*) FROM items").uniqueResult();
          System.out.println("pieces: " + sums + ", a page of " + page + ", items: " + counted);
          return null;
        });
  }

  private void fail() {
    try {
      order("Ada");
    } catch (PersistenceException e) {
      Object orders =
          transaction(
              session ->
                  session.createQuery("select count(o) from PurchaseOrder o").uniqueResult());
      System.out.println("rolled back, left: " + orders);
    }
  }

  /** The second of two that change the same is told so. */
  private void changeTwice(Serializable id) {
    try (Session first = factory.openSession();
        Session second = factory.openSession()) {
      first.beginTransaction();
      second.beginTransaction();
      first.get(Customer.class, id).visit();
      second.get(Customer.class, id).visit();
      first.getTransaction().commit();
      second.getTransaction().commit();
    } catch (OptimisticLockException e) {
      System.out.println("too late");
    }
  }

  /** Many change the same, and try again when they are too late. */
  private void visit(Serializable id) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> visiting = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        visiting.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < VISITS; ) {
                    i += visitOnce(id) ? 1 : 0;
                  }
                }));
      }
      for (Future<?> each : visiting) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
    System.out.println(
        "visits: " + transaction(session -> session.get(Customer.class, id).visits()));
  }

  private boolean visitOnce(Serializable id) {
    try {
      transaction(
          session -> {
            session.get(Customer.class, id).visit();
            return null;
          });
      return true;
    } catch (OptimisticLockException e) {
      return false;
    }
  }

  private void remove(Serializable id) {
    transaction(
        session -> {
          Customer customer = session.get(Customer.class, id);
          int orders = customer.orders().size();
          session.delete(customer);
          System.out.println("removed with " + orders + " orders");
          return null;
        });
  }
}
