package orders;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

@Path("/orders")
@Produces(MediaType.APPLICATION_JSON)
public class OrdersResource {

  private final PlacedOrders orders;

  OrdersResource(PlacedOrders orders) {
    this.orders = orders;
  }

  @POST
  public List<PlacedOrder> take(List<PlacedOrder> wanted) {
    try {
      return orders.insertAll(wanted);
    } catch (UnableToExecuteStatementException e) {
      throw new WebApplicationException(e, Response.Status.CONFLICT);
    }
  }

  @GET
  public List<PlacedOrder> list() {
    return orders.list();
  }
}
