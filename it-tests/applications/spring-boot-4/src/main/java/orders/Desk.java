package orders;

import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Where orders are taken: all of a list, or none. */
@Service
public class Desk {

  private final PlacedOrders orders;

  Desk(PlacedOrders orders) {
    this.orders = orders;
  }

  @Transactional
  public List<PlacedOrder> take(List<PlacedOrder> wanted) {
    return orders.saveAllAndFlush(wanted);
  }

  @Transactional(readOnly = true)
  public List<PlacedOrder> list() {
    return orders.findAllByOrderByItem();
  }
}
