package orders;

import jakarta.inject.Singleton;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.List;

/** Where orders are taken: all of a list, or none. */
@Singleton
class Desk {

  private final PlacedOrders orders;

  Desk(PlacedOrders orders) {
    this.orders = orders;
  }

  @Transactional
  List<PlacedOrder> take(List<PlacedOrder> wanted) {
    List<PlacedOrder> taken = new ArrayList<>();
    for (PlacedOrder order : wanted) {
      if (order.pieces() < 1) {
        throw new IllegalArgumentException("no pieces of " + order.item());
      }
      taken.add(orders.save(order));
    }
    return taken;
  }

  List<PlacedOrder> list() {
    return orders.listOrderByItem();
  }
}
