package hibernate;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;

/** A line of an order. */
@Entity
class Item {

  @Id
  @GeneratedValue(strategy = GenerationType.SEQUENCE)
  private Long id;

  @Column(nullable = false)
  private String article;

  private int pieces;

  protected Item() {}

  Item(String article, int pieces) {
    this.article = article;
    this.pieces = pieces;
  }
}
