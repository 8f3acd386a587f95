package orders;

import io.quarkus.hibernate.orm.panache.PanacheEntity;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.hibernate.annotations.Check;

@Entity
@Table(name = "orders")
public class PlacedOrder extends PanacheEntity {

  public String item;

  @Check(constraints = "pieces > 0")
  public int pieces;
}
