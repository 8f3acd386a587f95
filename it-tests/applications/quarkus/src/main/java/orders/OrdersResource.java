package orders;

import io.quarkus.panache.common.Sort;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.hibernate.exception.ConstraintViolationException;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Takes orders, all of a list or none, and lists them. */
@Path("/orders")
public class OrdersResource {

  @POST
  @Transactional
  public List<PlacedOrder> take(List<PlacedOrder> wanted) {
    for (PlacedOrder order : wanted) {
      order.persistAndFlush();
    }
    return wanted;
  }

  @GET
  public List<PlacedOrder> list() {
    return PlacedOrder.listAll(Sort.by("item"));
  }

  @ServerExceptionMapper
  Response refused(ConstraintViolationException e) {
    return Response.status(Response.Status.CONFLICT).build();
  }
}
