package hibernate;

import jakarta.persistence.CascadeType;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Version;
import java.util.ArrayList;
import java.util.List;

/** Somebody who orders. */
@Entity
class Customer {

  @Id
  @GeneratedValue(strategy = GenerationType.SEQUENCE)
  private Long id;

  @Version private int version;

  private String name;
  private int visits;

  @OneToMany(mappedBy = "customer", cascade = CascadeType.ALL, orphanRemoval = true)
  private final List<PurchaseOrder> orders = new ArrayList<>();

  protected Customer() {}

  Customer(String name) {
    this.name = name;
  }

  Long id() {
    return id;
  }

  void order(PurchaseOrder order) {
    orders.add(order);
    order.by(this);
  }

  List<PurchaseOrder> orders() {
    return orders;
  }

  void visit() {
    visits++;
  }

  int visits() {
    return visits;
  }
}
