package hibernate;

import java.util.ArrayList;
import java.util.List;

/** Somebody who orders. */
class Customer {

  private Long id;
  private int version;
  private String name;
  private int visits;
  private List<PurchaseOrder> orders = new ArrayList<>();

  protected Customer() {}

  Customer(String name) {
    this.name = name;
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
