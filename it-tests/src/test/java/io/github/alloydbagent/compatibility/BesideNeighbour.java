package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A service with drivers of all generations on a JVM with another agent: alone, before ours on the
 * command line, and after it. The other agent must report the same each time.
 */
final class BesideNeighbour implements Comparison.Application {

  private final Neighbour neighbour;
  private final Jdk jdk;
  private final List<String> flags;
  private List<String> alone = List.of();

  /**
   * @param flags further JVM flags
   */
  BesideNeighbour(Neighbour neighbour, Jdk jdk, String... flags) {
    this.neighbour = neighbour;
    this.jdk = jdk;
    this.flags = List.of(flags);
  }

  /** Returns what the other agent reported when it was alone; empty before that run. */
  List<String> alone() {
    return alone;
  }

  @Override
  public String run(Database database) throws IOException {
    if (!database.isTunnelled()) {
      JvmResult result = service(database, neighbour.flags(database.directory()));
      alone = neighbour.told(result);
      return log(database, result);
    }
    JvmResult after =
        service(database, joined(database.jvmFlags(), neighbour.flags(database.directory())));
    assertThat(neighbour.told(after)).as("listed after our agent:\n%s", after).isEqualTo(alone);
    JvmResult before =
        service(database, joined(neighbour.flags(database.directory()), database.jvmFlags()));
    assertThat(neighbour.told(before)).as("listed before our agent:\n%s", before).isEqualTo(alone);
    return log(database, after) + log(database, before);
  }

  private JvmResult service(Database database, List<String> agents) {
    List<Path> olderDrivers =
        Built.DRIVERS.subList(0, Built.DRIVERS.size() - 1).stream().map(Built::driver).toList();
    List<String> arguments =
        new ArrayList<>(
            List.of(database.host() + ":" + database.port(), Database.USER, Database.PASSWORD));
    olderDrivers.forEach(driver -> arguments.add(driver.toString()));
    JvmResult result =
        Jvm.of(jdk)
            .flags("-Xmx256m")
            .flags(flags.toArray(String[]::new))
            .flags(agents.toArray(String[]::new))
            .environment(database.environment())
            .classPath(Built.apps(), Built.newestDriver())
            .main("apps.OrdersService", arguments.toArray(String[]::new))
            .deadline(Duration.ofMinutes(3))
            .run()
            .checkSucceeded();
    assertThat(result.outLines().stream().filter(line -> line.startsWith("/")))
        .as(result.toString())
        .containsExactly(
            "/orders: 200 3 orders of app",
            "/driver/1: 200 3 orders of app",
            "/driver/2: 200 3 orders of app",
            "/driver/3: 200 3 orders of app",
            "/cancel: 200 cancelled");
    assertThat(result.out() + result.err())
        .doesNotContain("VerifyError", "LinkageError", "ClassCircularityError", "ClassFormatError");
    return result;
  }

  /** Some agents log the command line, in which only the host differs. */
  private String log(Database database, JvmResult result) {
    return neighbour.log(result).replace("OrdersService " + database.host(), "OrdersService HOST");
  }

  private static List<String> joined(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }
}
