package hibernate;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.EntityTransaction;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.Persistence;
import jakarta.persistence.RollbackException;
import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Root;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.hibernate.SessionFactory;

/** Keeps a shop's orders: {@code Main URL USER PASSWORD}. */
public final class Main {

  private static final LocalDate FIRST_DAY = LocalDate.of(2026, 1, 1);
  private static final int ORDERS = 20;
  private static final int THREADS = 4;
  private static final int VISITS = 10;

  private final EntityManagerFactory factory;

  private Main(EntityManagerFactory factory) {
    this.factory = factory;
  }

  public static void main(String[] arguments) throws Exception {
    try (EntityManagerFactory factory = open(arguments, "create")) {
      Main shop = new Main(factory);
      Long ada = shop.order("Ada");
      Long grace = shop.order("Grace");
      shop.report();
      shop.fail();
      shop.changeTwice(ada);
      shop.visit(grace);
      shop.remove(ada);
    }
    try (EntityManagerFactory factory = open(arguments, "none")) {
      factory.unwrap(SessionFactory.class).getSchemaManager().validateMappedObjects();
      System.out.println("the schema is as mapped");
      new Main(factory).report();
    }
  }

  private static EntityManagerFactory open(String[] arguments, String schema) {
    return Persistence.createEntityManagerFactory(
        "shop",
        Map.of(
            "jakarta.persistence.jdbc.url", arguments[0],
            "jakarta.persistence.jdbc.user", arguments[1],
            "jakarta.persistence.jdbc.password", arguments[2],
            "jakarta.persistence.schema-generation.database.action", schema));
  }

  /** Inserts in batches what hangs together. */
  private Long order(String name) {
    return factory.callInTransaction(
        entities -> {
          Customer customer = new Customer(name);
          for (int i = 0; i < ORDERS; i++) {
            customer.order(
                new PurchaseOrder(
                    FIRST_DAY.plusDays(i), List.of(new Item("desk", 1), new Item("lamp", i))));
          }
          entities.persist(customer);
          return customer.id();
        });
  }

  private void report() {
    factory.runInTransaction(
        entities -> {
          List<String> sums =
              entities
                  .createQuery(
                      "select c.name || ' ' || sum(i.pieces) from Customer c join c.orders o"
                          + " join o.items i group by c.name order by c.name",
                      String.class)
                  .getResultList();
          CriteriaBuilder builder = entities.getCriteriaBuilder();
          CriteriaQuery<PurchaseOrder> query = builder.createQuery(PurchaseOrder.class);
          Root<PurchaseOrder> order = query.from(PurchaseOrder.class);
          query
              .where(builder.greaterThanOrEqualTo(order.get("day"), FIRST_DAY.plusDays(10)))
              .orderBy(builder.asc(order.get("day")));
          int page = entities.createQuery(query).setMaxResults(7).getResultList().size();
          Object counted =
              entities.createNativeQuery("SELECT count(*) FROM item").getSingleResult();
          System.out.println("pieces: " + sums + ", a page of " + page + ", items: " + counted);
        });
  }

  private void fail() {
    try {
      factory.runInTransaction(
          entities -> {
            entities.persist(new Customer("Nobody"));
            entities.flush();
            entities.persist(new Item(null, 1));
            entities.flush();
          });
    } catch (RuntimeException e) {
      long nobody =
          factory.callInTransaction(
              entities ->
                  entities
                      .createQuery(
                          "select count(c) from Customer c where c.name = 'Nobody'", Long.class)
                      .getSingleResult());
      System.out.println("rolled back, left: " + nobody);
    }
  }

  /** The second of two that change the same is told so. */
  private void changeTwice(Long id) {
    try (EntityManager first = factory.createEntityManager();
        EntityManager second = factory.createEntityManager()) {
      first.getTransaction().begin();
      second.getTransaction().begin();
      first.find(Customer.class, id).visit();
      second.find(Customer.class, id).visit();
      first.getTransaction().commit();
      second.getTransaction().commit();
    } catch (RollbackException e) {
      System.out.println("too late: " + (e.getCause() instanceof OptimisticLockException));
    }
  }

  /** Many change the same, and try again when they are too late. */
  private void visit(Long id) throws Exception {
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
    int visits = factory.callInTransaction(entities -> entities.find(Customer.class, id).visits());
    System.out.println("visits: " + visits);
  }

  private boolean visitOnce(Long id) {
    try (EntityManager entities = factory.createEntityManager()) {
      EntityTransaction transaction = entities.getTransaction();
      transaction.begin();
      entities.find(Customer.class, id).visit();
      transaction.commit();
      return true;
    } catch (RollbackException e) {
      return false;
    }
  }

  private void remove(Long id) {
    factory.runInTransaction(
        entities -> {
          Customer customer = entities.find(Customer.class, id);
          int orders = customer.orders().size();
          entities.remove(customer);
          System.out.println("removed with " + orders + " orders");
        });
  }
}
