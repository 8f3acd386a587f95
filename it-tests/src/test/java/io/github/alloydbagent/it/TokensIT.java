package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.Programs;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.HttpFault;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import io.github.alloydbagent.local.LocalInstance;
import io.github.alloydbagent.local.Served;
import io.github.alloydbagent.local.Tokens;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests how often and when tokens are fetched. */
@AlloyDbTest
class TokensIT {
  private static final String APP = LocalAlloyDbBuilder.ACCOUNT;
  private static final String API = "https://www.googleapis.com/auth/cloud-platform";
  private static final String LOGIN = "https://www.googleapis.com/auth/alloydb.login";

  @TempDir private Path directory;
  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return LocalAlloyDb.builder().user("app", "secret");
  }

  private static String url(int number) {
    return "c" + number + "=jdbc:postgresql://orders-db/postgres?user=app&connectTimeout=30";
  }

  private static Jvm connects(String... arguments) {
    return AgentOn.jvm(
            Jvm.chosen()
                .classPath(Built.apps(), Built.newestDriver())
                .main("apps.Connects", arguments),
            alloyDb,
            AgentOn.map("orders-db", primary))
        .environment("ALLOYDB_AGENT_ENABLE_IAM_AUTH", "true")
        .environment("ALLOYDB_AGENT_IAM_USER", "auto");
  }

  /** Google's connector fetches one for each connection. */
  @Test
  void aHundredConnectionsNeedOneTokenOfEachScope() {
    int before = alloyDb.tokens().issued().size();
    assertThat(
            connects(IntStream.range(0, 100).mapToObj(TokensIT::url).toArray(String[]::new))
                .run()
                .checkSucceeded()
                .outLines())
        .filteredOn(line -> line.contains(": ok: app@local-project.iam "))
        .hasSize(100);
    var issued = alloyDb.tokens().issued();
    assertThat(issued.subList(before, issued.size()))
        .containsExactlyInAnyOrder(
            new Tokens.Issued(APP, Set.of(API)), new Tokens.Issued(APP, Set.of(LOGIN)));
  }

  /** A token with five minutes left is still valid, and due for a refresh. */
  @Test
  void tokensAreRefreshedInTheBackground() throws Exception {
    Path again = directory.resolve("again");
    alloyDb.tokens().life(Duration.ofSeconds(20)); // whose second half is when a refresh is due
    try (RunningJvm jvm = connects(url(1), "await=" + again, url(2)).start()) {
      jvm.awaitOut("c1: ok");
      long before = alloyDb.count(Served.TOKEN);
      alloyDb.tokenTrouble().set(HttpFault.noAnswer());
      TimeUnit.SECONDS.sleep(10);
      Files.createFile(again);
      assertThat(jvm.await().checkSucceeded().out()).contains("c2: ok: app@local-project.iam");
      assertThat(alloyDb.count(Served.TOKEN))
          .as("token requests without a response")
          .isGreaterThan(before);
    } finally {
      alloyDb.tokenTrouble().clear();
      alloyDb.tokens().life(Duration.ofHours(1));
    }
  }

  @Test
  void paddingOfTokensIsStripped() {
    alloyDb.padMetadataTokens(true);
    try {
      assertThat(
              Programs.probe(
                      Jdk.chosen(),
                      Built.newestDriver(),
                      "jdbc:postgresql://orders-db/postgres",
                      "app",
                      "-",
                      "query")
                  .agent()
                  .environment(alloyDb.metadataEnvironment())
                  .environment("ALLOYDB_INSTANCES", AgentOn.map("orders-db", primary))
                  .environment("ALLOYDB_AGENT_ENABLE_IAM_AUTH", "true")
                  .environment("ALLOYDB_AGENT_IAM_USER", "auto")
                  .run()
                  .checkSucceeded()
                  .out())
          .startsWith("query: ok: app@local-project.iam");
    } finally {
      alloyDb.padMetadataTokens(false);
    }
  }
}
