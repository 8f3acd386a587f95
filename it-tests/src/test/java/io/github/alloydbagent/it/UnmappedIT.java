package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.Programs;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import io.github.alloydbagent.local.Served;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Compares unmapped hosts with and without the agent: the driver's behavior and messages are the
 * same.
 */
@AlloyDbTest(md5 = true)
class UnmappedIT {

  @SuppressWarnings("unused")
  private static final List<String> DRIVERS = Built.DRIVERS;

  private static final String MAPPED = "url=jdbc:postgresql://orders-db/postgres";

  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;

  @ParameterizedTest
  @FieldSource("DRIVERS")
  void unmappedHostsBehaveAsWithoutTheAgent(String driver) {
    String plain = "url=" + alloyDb.postgresUrl();
    List<String> steps =
        List.of(
            "url=jdbc:postgresql://unmapped.invalid/postgres",
            "query",
            "url=jdbc:postgresql://127.0.0.1:1/postgres",
            "query",
            // the prefix and the suffix of a mapped host
            "url=jdbc:postgresql://orders-db.invalid/postgres",
            "query",
            "url=jdbc:postgresql://my-orders-db/postgres",
            "query",
            plain + "?ssl=true&sslmode=require",
            "query",
            plain + "?user=nobody",
            "query",
            plain,
            "query",
            "metadata",
            "cancel",
            "notify",
            "copy");
    List<String> without =
        outputOf(
            Programs.probe(Jdk.chosen(), Built.driver(driver), "-", "app", "secret", array(steps)));
    List<String> around = new ArrayList<>(steps);
    around.addAll(0, List.of(MAPPED, "query"));
    around.addAll(List.of(MAPPED, "query"));
    long dials = primary.count(Served.DIAL);
    long logins = primary.logins().size();

    List<String> with =
        outputOf(
            AgentOn.jvm(
                Programs.probe(
                    Jdk.chosen(), Built.driver(driver), "-", "app", "secret", array(around)),
                alloyDb,
                AgentOn.map("orders-db", primary)));

    assertThat(without).hasSize(11);
    assertThat(without.subList(0, 4))
        .allSatisfy(line -> assertThat(line).startsWith("query: failed: "));
    assertThat(without.get(0)).contains("java.net.UnknownHostException");
    assertThat(without.get(1)).contains("java.net.ConnectException: Connection refused");
    assertThat(without.get(4)).contains("The server does not support SSL.");
    assertThat(without.subList(6, 11)).allSatisfy(line -> assertThat(line).contains(": ok: "));
    assertThat(with.get(0)).isEqualTo("query: ok: app at postgres");
    assertThat(with.subList(1, 12)).isEqualTo(without);
    assertThat(with.get(12)).isEqualTo("query: ok: app at postgres");
    assertThat(primary.count(Served.DIAL)).isEqualTo(dials + 2);
    assertThat(primary.logins()).hasSize((int) logins + 2);
  }

  @Test
  void anotherPortOfAMappedHostIsNotMapped() {
    long dials = primary.count(Served.DIAL);
    String url = alloyDb.postgresUrl();

    AgentOn.jvm(
            Programs.probe(Jdk.chosen(), Built.newestDriver(), url, "app", "secret", "query"),
            alloyDb,
            AgentOn.map("127.0.0.1:1", primary))
        .run()
        .checkSucceeded();

    assertThat(primary.count(Served.DIAL)).isEqualTo(dials);
  }

  /** Returns the probe's output without times. */
  private static List<String> outputOf(Jvm jvm) {
    JvmResult result = jvm.run();
    assertThat(result.timedOut()).as(result.toString()).isFalse();
    return result.outLines().stream().map(line -> line.replaceAll(" \\(\\d+ ms\\)$", "")).toList();
  }

  private static String[] array(List<String> steps) {
    return steps.toArray(String[]::new);
  }
}
