package mybatis;

import java.time.LocalDate;

/** What a customer orders at a time. */
public class PurchaseOrder {

  private int id;
  private LocalDate day;
  private int pieces;

  protected PurchaseOrder() {}

  PurchaseOrder(LocalDate day, int pieces) {
    this.day = day;
    this.pieces = pieces;
  }

  public int getPieces() {
    return pieces;
  }
}
