package hibernate;

import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;

/** What a customer orders at a time. */
class PurchaseOrder {

  private Long id;
  private LocalDate day;
  private Map<String, Integer> pieces = new HashMap<>();

  protected PurchaseOrder() {}

  PurchaseOrder(LocalDate day) {
    this.day = day;
  }

  PurchaseOrder of(String article, int number) {
    pieces.put(article, number);
    return this;
  }
}
