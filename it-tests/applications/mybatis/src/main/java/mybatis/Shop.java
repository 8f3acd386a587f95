package mybatis;

import java.time.LocalDate;
import java.util.List;
import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Options;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.apache.ibatis.cursor.Cursor;

/** The statements: those that take more than a line are in {@code Shop.xml}. */
interface Shop {

  @Update({
    "CREATE TABLE customers (id serial PRIMARY KEY, name text NOT NULL UNIQUE,"
        + " version int NOT NULL DEFAULT 0);",
    "CREATE TABLE orders (id serial PRIMARY KEY, customer int NOT NULL REFERENCES customers,"
        + " day date NOT NULL, pieces int NOT NULL)"
  })
  void create();

  @Insert("INSERT INTO customers (name) VALUES (#{name})")
  @Options(useGeneratedKeys = true, keyProperty = "id", keyColumn = "id")
  void add(Customer customer);

  @Insert(
      "INSERT INTO orders (customer, day, pieces)"
          + " VALUES (#{customer.id}, #{order.day}, #{order.pieces})")
  void order(@Param("customer") Customer customer, @Param("order") PurchaseOrder order);

  /** How many rows: none, if somebody else has changed it since. */
  @Update(
      "UPDATE customers SET name = #{name}, version = version + 1"
          + " WHERE id = #{customer.id} AND version = #{customer.version}")
  int rename(@Param("customer") Customer customer, @Param("name") String name);

  @Delete("DELETE FROM orders")
  int clear();

  @Select("SELECT day, pieces FROM orders ORDER BY id")
  @Options(fetchSize = 5)
  Cursor<PurchaseOrder> orders();

  Customer customer(String name);

  List<Customer> customers(@Param("since") LocalDate since, @Param("names") List<String> names);
}
