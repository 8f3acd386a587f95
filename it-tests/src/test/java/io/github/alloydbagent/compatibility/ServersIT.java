package io.github.alloydbagent.compatibility;

import io.github.alloydbagent.jvm.Jdk;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests servers with their own data sources, other than WildFly and Tomcat. */
@Tag("compatibility")
@Tag("heavy")
class ServersIT {

  @TempDir Path directory;

  @Test
  void jetty() throws Exception {
    Jetty jetty = new Jetty(Jdk.require(25));
    compare(jetty::run);
    holds("Jetty " + jetty.version(), "25", "a WAR with a JNDI data source");
  }

  @Test
  void openLiberty() throws Exception {
    OpenLiberty liberty = new OpenLiberty(Jdk.require(21));
    compare(liberty::run);
    holds("Open Liberty " + liberty.version(), "21", "a WAR with the server's connection pool");
  }

  @Test
  void payaraMicro() throws Exception {
    Payara payara = new Payara(Jdk.require(17));
    compare(payara::run);
    holds("Payara Micro " + payara.version(), "17", "a WAR with the server's connection pool");
  }

  private void compare(Comparison.Application application) throws Exception {
    try (Comparison comparison = new Comparison(directory)) {
      comparison.run(application);
    }
  }

  private static void holds(String server, String java, String did) {
    new PageTable("applications").holds(server, java, did, "yes", "yes");
  }
}
