package orders;

import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;

interface PlacedOrders extends JpaRepository<PlacedOrder, Long> {

  List<PlacedOrder> findAllByOrderByItem();
}
