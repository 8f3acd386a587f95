package orders;

import io.micronaut.runtime.Micronaut;

/** Takes orders over HTTP and keeps them in a database. */
public class OrdersApplication {

  public static void main(String[] args) {
    Micronaut.run(OrdersApplication.class, args);
  }
}
