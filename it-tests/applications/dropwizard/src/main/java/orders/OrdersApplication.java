package orders;

import io.dropwizard.core.Application;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jdbi3.JdbiFactory;
import org.jdbi.v3.core.Jdbi;

/** Takes orders over HTTP and keeps them in a database. */
public class OrdersApplication extends Application<OrdersConfiguration> {

  public static void main(String[] args) throws Exception {
    new OrdersApplication().run(args);
  }

  @Override
  public void run(OrdersConfiguration configuration, Environment environment) {
    Jdbi jdbi = new JdbiFactory().build(environment, configuration.database, "orders");
    PlacedOrders orders = jdbi.onDemand(PlacedOrders.class);
    orders.createTable();
    environment.jersey().register(new OrdersResource(orders));
  }
}
