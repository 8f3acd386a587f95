package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import java.io.IOException;
import java.nio.file.Path;

/** The WAR that takes orders, the same for all servers. */
final class WebApplication {

  private static final String DONE = "4 connections at once, 100 orders of 13.00, cancelled: 57014";

  private WebApplication() {}

  static Path war() {
    return Built.application("web-application").resolve("orders.war");
  }

  static Path warWithDriver() {
    return Built.application("web-application").resolve("orders-with-driver.war");
  }

  /**
   * Uses the application, deployed at {@code /orders}.
   *
   * @param dataSource its JNDI name
   */
  static void work(WebClient client, String dataSource) throws IOException, InterruptedException {
    assertThat(client.get("/orders/orders.jsp?source=" + dataSource)).isEqualTo(DONE);
  }
}
