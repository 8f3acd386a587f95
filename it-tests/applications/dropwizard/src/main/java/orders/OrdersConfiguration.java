package orders;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.core.Configuration;
import io.dropwizard.db.DataSourceFactory;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;

public class OrdersConfiguration extends Configuration {

  @Valid
  @NotNull
  @JsonProperty("database")
  public DataSourceFactory database = new DataSourceFactory();
}
