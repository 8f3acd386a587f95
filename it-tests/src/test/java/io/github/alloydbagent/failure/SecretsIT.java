package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.github.alloydbagent.failure.ApiFront.Answer;
import io.github.alloydbagent.failure.ApiFront.Reply;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.local.ExchangeFault;
import io.github.alloydbagent.local.IamRole;
import io.github.alloydbagent.local.LocalAlloyDb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The most talkative log of good and bad connections: no key, no token, no password in it. */
class SecretsIT {
  private static final String STRANGER = "stranger@local-project.iam.gserviceaccount.com";

  private static LocalAlloyDb alloyDb;
  private static ApiFront front;
  private static List<String> keyLines;
  private static Outcomes outcomes;

  @BeforeAll
  static void connectInManyWays(@TempDir Path directory) throws Exception {
    alloyDb =
        Servers.alloyDb()
            .instance("primary")
            .instance("refuses")
            .serviceAccount("app@local-project.iam.gserviceaccount.com")
            .serviceAccount(STRANGER, new IamRole[0])
            .start();
    alloyDb.instance("refuses").exchangeTrouble().set(ExchangeFault.error("not today"));
    front = new ApiFront(alloyDb.adminUrl());
    String primary = alloyDb.instance("primary").name();
    String key = Files.readString(alloyDb.credentialsFile());
    keyLines =
        Arrays.stream(
                JsonParser.parseString(key)
                    .getAsJsonObject()
                    .get("private_key")
                    .getAsString()
                    .split("\n"))
            .filter(line -> line.length() > 20)
            .toList();
    Answer echo =
        call ->
            Reply.json(
                403,
                "{\"error\": {\"message\": \"What is "
                    + call.getRequestHeaders().getFirst("Authorization")
                    + "?\"}}");
    ManyHosts hosts =
        new ManyHosts(alloyDb)
            .tried("orders-db", primary)
            .tried("refuses", alloyDb.instance("refuses").name())
            .tried("echo", primary + "?api-endpoint=" + front.url("echo", echo))
            .tried("stranger", primary + "?credentials-file=" + alloyDb.credentialsFile(STRANGER))
            .map("wrong-password", primary)
            .connect("wrong-password", "&password=wrong-4712");
    int half = key.indexOf("PRIVATE KEY") + 400;
    String torn = key.substring(0, half) + "\"" + key.substring(half);
    for (String[] bad :
        new String[][] {
          {"torn", torn},
          {"cut", key.substring(0, half)},
          {"dismissed", key.replace("app@", "dismissed@")},
          {"damaged", key.replace("PRIVATE KEY-----\\n", "PRIVATE KEY-----\\n!")}
        }) {
      Path file = Files.writeString(directory.resolve(bad[0] + ".json"), bad[1]);
      hosts.tried(bad[0], primary + "?credentials-file=" + file);
    }
    outcomes =
        new Outcomes(
            hosts
                .jvm(Jdk.chosen())
                .environment("ALLOYDB_LOG_LEVEL", "trace")
                .run()
                .checkSucceeded());
  }

  @AfterAll
  static void stop() {
    front.close();
    alloyDb.close();
  }

  @Test
  void theLogHadMuchToSay() {
    assertThat(outcomes.of("orders-db").text()).isEqualTo("app");
    assertThat(outcomes.jvm().err()).contains("DEBUG alloydb-agent: setting instances: orders-db=");
    assertThat(outcomes.failure("echo")).contains("What is Bearer (the token)?");
    assertThat(outcomes.jvm().err())
        .contains(
            " DEBUG alloydb-agent: ", " TRACE alloydb-agent: ", "\tat io.github.alloydbagent.");
    for (String host : List.of("refuses", "stranger", "torn", "cut", "dismissed", "damaged")) {
      assertThat(outcomes.jvm().err()).contains("no connection to host " + host);
      assertThat(outcomes.failure(host)).contains("AlloyDB Agent: no connection to host " + host);
    }
  }

  @Test
  void noPrivateKeyIsShown() {
    assertThat(keyLines).hasSizeGreaterThan(20);
    for (String line : keyLines) {
      assertThat(said()).doesNotContain(line.substring(0, 16)).doesNotContain(line.substring(20));
    }
    assertThat(said()).doesNotContain("BEGIN PRIVATE KEY");
  }

  @Test
  void noTokenIsShown() {
    assertThat(said())
        .doesNotContain("ya29.")
        .doesNotContain("eyJ") // a signed assertion, which is good for a token
        .doesNotContainIgnoringCase("Bearer ya")
        .doesNotContain("assertion=");
  }

  @Test
  void noPasswordIsShown() {
    assertThat(said()).doesNotContain(Servers.PASSWORD).doesNotContain("wrong-4712");
  }

  private static String said() {
    return outcomes.jvm().out() + outcomes.jvm().err();
  }
}
