package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Jdk;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests Tomcat with applications that are deployed and undeployed. */
@Tag("compatibility")
class TomcatIT {

  /** The manager's class loader and the last one of the application, unless there is a leak. */
  private static final String LOADERS = "loaders of applications, without the agent and with it";

  @TempDir Path directory;

  @Test
  void tomcat11UsesTheDriverInItsLib() throws Exception {
    Tomcat tomcat = new Tomcat(Jdk.require(17), "tomcat-11", true);
    compare(tomcat, 1);
    assertThat(tomcat.loaders()).as(LOADERS).containsExactly(2L, 2L);
    new PageTable("applications")
        .holds("Tomcat " + tomcat.version(), "17", "a WAR, deployed twice", "yes", "yes");
  }

  @Test
  @Tag("heavy")
  void tomcat11LeaksNoClassLoaders() throws Exception {
    redeploy(new Tomcat(Jdk.require(21), "tomcat-11", true), "21");
  }

  @Test
  @Tag("heavy")
  void tomcat11LeaksNoClassLoadersOfApplicationsWithTheDriver() throws Exception {
    redeployWithDriver(new Tomcat(Jdk.require(25), "tomcat-11", false), "25");
  }

  @Test
  @Tag("heavy")
  void tomcat9LeaksNoClassLoaders() throws Exception {
    redeploy(new Tomcat(Jdk.require(11), "tomcat-9", true), "11");
  }

  @Test
  @Tag("heavy")
  void tomcat9LeaksNoClassLoadersOfApplicationsWithTheDriver() throws Exception {
    redeployWithDriver(new Tomcat(Jdk.require(8), "tomcat-9", false), "8");
  }

  private void redeploy(Tomcat tomcat, String java) throws Exception {
    compare(tomcat, 10);
    assertThat(tomcat.loaders()).as(LOADERS).containsExactly(2L, 2L);
    holds(tomcat, ", driver in `lib`", java, "no class loader leaks");
  }

  /** On Java 8 some class loaders may remain, even without the agent. */
  private void redeployWithDriver(Tomcat tomcat, String java) throws Exception {
    compare(tomcat, 10);
    long without = tomcat.loaders().get(0);
    assertThat(tomcat.loaders().get(1)).as(LOADERS).isLessThanOrEqualTo(without);
    holds(tomcat, ", driver in the WAR", java, "no more class loaders leak than without the agent");
  }

  private static void holds(Tomcat tomcat, String driver, String java, String left) {
    new PageTable("applications")
        .holds(
            "Tomcat " + tomcat.version() + driver,
            java,
            "a WAR, redeployed ten times; " + left,
            "yes",
            "yes");
  }

  private void compare(Tomcat tomcat, int redeployments) throws Exception {
    try (Comparison comparison = new Comparison(directory)) {
      comparison.run(database -> tomcat.run(database, redeployments));
    }
  }
}
