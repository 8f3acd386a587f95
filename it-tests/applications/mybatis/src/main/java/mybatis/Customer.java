package mybatis;

import java.util.List;

/** Somebody who orders. */
public class Customer {

  private int id;
  private String name;
  private int version;
  private List<PurchaseOrder> orders;

  protected Customer() {}

  Customer(String name) {
    this.name = name;
  }

  public int getId() {
    return id;
  }

  public String getName() {
    return name;
  }

  public int getVersion() {
    return version;
  }

  public List<PurchaseOrder> getOrders() {
    return orders;
  }
}
