package orders;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Error;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.List;

@Controller("/orders")
@ExecuteOn(TaskExecutors.BLOCKING)
class OrdersController {

  private final Desk desk;

  OrdersController(Desk desk) {
    this.desk = desk;
  }

  @Post
  List<PlacedOrder> take(@Body List<PlacedOrder> wanted) {
    return desk.take(wanted);
  }

  @Get
  List<PlacedOrder> list() {
    return desk.list();
  }

  @Error(IllegalArgumentException.class)
  HttpResponse<?> refused() {
    return HttpResponse.status(HttpStatus.CONFLICT);
  }
}
