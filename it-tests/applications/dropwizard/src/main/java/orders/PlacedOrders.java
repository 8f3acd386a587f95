package orders;

import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.statement.GetGeneratedKeys;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jdbi.v3.sqlobject.transaction.Transaction;

@RegisterConstructorMapper(PlacedOrder.class)
public interface PlacedOrders {

  @SqlUpdate(
      "CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
          + " item text NOT NULL, pieces int NOT NULL CHECK (pieces > 0))")
  void createTable();

  @SqlUpdate("INSERT INTO orders (item, pieces) VALUES (:item, :pieces)")
  @GetGeneratedKeys
  PlacedOrder insert(@BindMethods PlacedOrder order);

  @SqlQuery("SELECT id, item, pieces FROM orders ORDER BY item")
  List<PlacedOrder> list();

  /** All of them, or none. */
  @Transaction
  default List<PlacedOrder> insertAll(List<PlacedOrder> wanted) {
    List<PlacedOrder> inserted = new ArrayList<>();
    for (PlacedOrder order : wanted) {
      inserted.add(insert(order));
    }
    return inserted;
  }
}
