package orders;

import java.util.List;
import java.util.logging.Logger;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/orders")
class OrdersController {

  /** Spring Boot leads it to Logback. */
  private static final Logger LOG = Logger.getLogger("orders.taken");

  private final Desk desk;

  OrdersController(Desk desk) {
    this.desk = desk;
  }

  @PostMapping
  List<PlacedOrder> take(@RequestBody List<PlacedOrder> wanted) {
    List<PlacedOrder> taken = desk.take(wanted);
    taken.forEach(each -> LOG.info("taken: " + each.getItem()));
    return taken;
  }

  @GetMapping
  List<PlacedOrder> list() {
    return desk.list();
  }

  @ExceptionHandler(DataIntegrityViolationException.class)
  @ResponseStatus(HttpStatus.CONFLICT)
  void refused() {}
}
