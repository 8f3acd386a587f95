package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.Programs;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import io.github.alloydbagent.local.LocalInstance;
import io.github.alloydbagent.local.Served;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Tests the principal that connects and the user that logs in. */
@AlloyDbTest
class IdentityIT {
  @SuppressWarnings("unused")
  private static final List<String> DRIVERS = Built.DRIVERS;

  private static final String APP = LocalAlloyDbBuilder.ACCOUNT;
  private static final String APP_USER = "app@local-project.iam";
  private static final String OTHER = "other@local-project.iam.gserviceaccount.com";
  private static final String THIRD = "third@local-project.iam.gserviceaccount.com";
  private static final String API = "https://www.googleapis.com/auth/cloud-platform";
  private static final String LOGIN = "https://www.googleapis.com/auth/alloydb.login";

  @TempDir private Path directory;

  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return LocalAlloyDb.builder()
        .instance("primary")
        .instance("reads")
        .serviceAccount(APP)
        .serviceAccount(OTHER)
        .serviceAccount(THIRD)
        .user("app", "secret");
  }

  private static Jvm probeBy(String driver, String url, String... steps) {
    return Programs.probe(Jdk.chosen(), Built.driver(driver), url, "postgres", "-", steps);
  }

  private static Jvm probe(String... steps) {
    return probeBy("42.7.14", "jdbc:postgresql://orders-db/postgres", steps);
  }

  private static JvmResult run(Jvm jvm, String overrides) {
    return AgentOn.jvm(jvm, alloyDb, AgentOn.map("orders-db", primary) + "?" + overrides).run();
  }

  private static String lastPrincipal(LocalInstance instance) {
    return instance.exchanges().get(instance.exchanges().size() - 1).principal();
  }

  /** The URL names another user and has no password. A cancel request is forwarded unchanged. */
  @ParameterizedTest
  @FieldSource("DRIVERS")
  void logsInAsThePrincipalRegardlessOfTheUserInTheUrl(String driver) {
    Jvm jvm = probeBy(driver, "jdbc:postgresql://orders-db/postgres", "query", "cancel");
    List<String> lines = run(jvm, "enable-iam-auth=true&iam-user=auto").checkSucceeded().outLines();
    assertThat(lines.get(0)).startsWith("query: ok: " + APP_USER + " at postgres");
    assertThat(lines.get(1)).startsWith("cancel: ok: ERROR: canceling statement");
  }

  @Test
  void logsInAsTheConfiguredUser() {
    assertThat(
            run(probe("query"), "enable-iam-auth=true&iam-user=" + APP_USER).checkSucceeded().out())
        .startsWith("query: ok: " + APP_USER + " at postgres");
  }

  @Test
  void keepsTheUserWithoutIamLogin() {
    Jvm jvm =
        Programs.probe(
            Jdk.chosen(),
            Built.newestDriver(),
            "jdbc:postgresql://orders-db/postgres",
            "app",
            "secret",
            "query");
    assertThat(run(jvm, "iam-user=auto").checkSucceeded().out())
        .startsWith("query: ok: app at postgres");
  }

  /** The agent's hint follows PostgreSQL's own message, where drivers show the server's hint. */
  @ParameterizedTest
  @FieldSource("DRIVERS")
  void reportsThePrincipalWhenTheLoginIsRefused(String driver) {
    Jvm jvm = probeBy(driver, "jdbc:postgresql://orders-db/postgres", "query");
    assertThat(run(jvm, "enable-iam-auth=true").checkFailed().out())
        .contains("IAM authentication failed for user \"postgres\"")
        .contains(
            "Hint: AlloyDB Agent: AAJ-605: the tunnel is authorized as "
                + APP
                + ", whose database user is \""
                + APP_USER
                + "\"; the connection requested user \"postgres\". Set iam-user=auto to log in as"
                + " the former, regardless of the user that the application sets.")
        .contains("[28000]");
  }

  @Test
  void reportsThePrincipalForAConfiguredUser() {
    assertThat(run(probe("query"), "enable-iam-auth=true&iam-user=other").checkFailed().out())
        .contains(
            "the connection requested user \"other\". Set iam-user=auto instead of"
                + " iam-user=other.");
  }

  /** PostgreSQL itself sends this error, after it has accepted the authentication. */
  @Test
  void reportsMissingPrivilegesOfAnAuthenticatedUser() throws Exception {
    try (Connection superuser = alloyDb.superuser();
        Statement statement = superuser.createStatement()) {
      statement.execute("ALTER ROLE \"" + APP_USER + "\" NOLOGIN");
      try {
        assertThat(run(probe("query"), "enable-iam-auth=true&iam-user=auto").checkFailed().out())
            .contains("is not permitted to log in")
            .contains("That user is correct: check that the cluster has it as a database user of")
            .contains("roles/alloydb.databaseUser");
      } finally {
        statement.execute("ALTER ROLE \"" + APP_USER + "\" LOGIN");
      }
    }
  }

  /** An instance whose flag {@code alloydb.iam_authentication} is off requests a password. */
  @Test
  void warnsWhenTheServerRequestsAPassword() {
    primary.askForPasswordsAlways(true);
    try {
      JvmResult result =
          run(probe("query", "query"), "enable-iam-auth=true&iam-user=auto").checkFailed();
      assertThat(result.out()).contains("password");
      assertThat(result.errLines().stream().filter(line -> line.contains("asks for a password")))
          .as("once")
          .singleElement()
          .asString()
          .contains("WARN alloydb-agent: AAJ-606: host orders-db:5432, which is mapped to ")
          .contains(": the server asks for a password")
          .contains("The tunnel is authorized as " + APP);
      JvmResult refused =
          AgentOn.jvm(
                  Programs.probe(
                      Jdk.chosen(),
                      Built.newestDriver(),
                      "jdbc:postgresql://orders-db/postgres",
                      "app",
                      "wrong",
                      "query"),
                  alloyDb,
                  AgentOn.map("orders-db", primary) + "?enable-iam-auth=true")
              .run()
              .checkFailed();
      assertThat(refused.out())
          .contains("password authentication failed for user \"app\"")
          .contains("whose database user is \"" + APP_USER + "\"");
    } finally {
      primary.askForPasswordsAlways(false);
    }
  }

  @Test
  void acceptsInlineCredentials() throws Exception {
    String json = Files.readString(alloyDb.credentialsFile(OTHER));
    assertThat(
            AgentOn.jvm(probe("query"), alloyDb, AgentOn.map("orders-db", primary))
                .environment("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere")
                .environment("ALLOYDB_AGENT_CREDENTIALS_JSON", json)
                .environment("ALLOYDB_AGENT_ENABLE_IAM_AUTH", "true")
                .environment("ALLOYDB_AGENT_IAM_USER", "auto")
                .run()
                .checkSucceeded()
                .out())
        .startsWith("query: ok: other@local-project.iam at postgres");
  }

  /** Each mapping has its own identity, one of them with inline credentials in Base64. */
  @Test
  void twoIdentitiesInOneJvmNeverShareTokens() throws Exception {
    LocalInstance reads = alloyDb.instance("reads");
    String base64 =
        Base64.getEncoder()
            .encodeToString(
                Files.readString(alloyDb.credentialsFile(OTHER)).getBytes(StandardCharsets.UTF_8));
    String iam = "enable-iam-auth=true&iam-user=auto";
    long certificates = alloyDb.count(Served.CLIENT_CERTIFICATE);
    JvmResult result =
        AgentOn.jvm(
                probe("query", "url=jdbc:postgresql://reads-db/postgres", "query"),
                alloyDb,
                AgentOn.map("orders-db", primary)
                    + "?"
                    + iam
                    + ","
                    + AgentOn.map("reads-db", reads)
                    + "?"
                    + iam
                    + "&credentials-json="
                    + base64)
            .run()
            .checkSucceeded();
    assertThat(result.outLines().get(0)).startsWith("query: ok: " + APP_USER);
    assertThat(result.outLines().get(1)).startsWith("query: ok: other@local-project.iam");
    assertThat(lastPrincipal(primary)).isEqualTo(APP);
    assertThat(lastPrincipal(reads)).isEqualTo(OTHER);
    assertThat(alloyDb.count(Served.CLIENT_CERTIFICATE))
        .as("one cluster, two identities: two certificates")
        .isEqualTo(certificates + 2);
  }

  @Test
  void acceptsFixedTokens() {
    long tokens = alloyDb.count(Served.TOKEN);
    String access = alloyDb.tokens().issue(APP, Set.of(API));
    String login = alloyDb.tokens().issue(APP, Set.of(LOGIN));
    assertThat(
            AgentOn.jvm(probe("query"), alloyDb, AgentOn.map("orders-db", primary))
                .environment("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere")
                .environment("ALLOYDB_AGENT_ACCESS_TOKEN", access)
                .environment("ALLOYDB_AGENT_LOGIN_TOKEN", login)
                .environment("ALLOYDB_AGENT_ENABLE_IAM_AUTH", "true")
                .environment("ALLOYDB_AGENT_IAM_USER", APP_USER)
                .environment("ALLOYDB_AGENT_LOG_LEVEL", "trace")
                .run()
                .checkSucceeded())
        .satisfies(result -> assertThat(result.out()).startsWith("query: ok: " + APP_USER))
        .satisfies(result -> assertThat(result.err()).doesNotContain(access, login));
    assertThat(alloyDb.count(Served.TOKEN)).isEqualTo(tokens);
  }

  @Test
  void reportsThatAFixedTokenHasNoPrincipalForLogin() {
    JvmResult result =
        AgentOn.jvm(probe("query"), alloyDb, AgentOn.map("orders-db", primary))
            .environment(
                "ALLOYDB_AGENT_ACCESS_TOKEN", alloyDb.tokens().issue(APP, Set.of(API, LOGIN)))
            .environment("ALLOYDB_AGENT_ENABLE_IAM_AUTH", "true")
            .environment("ALLOYDB_AGENT_IAM_USER", "auto")
            .run()
            .checkFailed();
    assertThat(result.out())
        .contains("iam-user=auto is set, but the principal of access-token has no e-mail address")
        .contains("Set iam-user to the database user of that principal.");
  }

  @Test
  void fetchesThePrincipalFromTheMetadataServer() {
    assertThat(
            probe("query")
                .agent()
                .environment(alloyDb.metadataEnvironment())
                .environment("ALLOYDB_INSTANCES", AgentOn.map("orders-db", primary))
                .environment("ALLOYDB_AGENT_ENABLE_IAM_AUTH", "true")
                .environment("ALLOYDB_AGENT_IAM_USER", "auto")
                .run()
                .checkSucceeded()
                .out())
        .startsWith("query: ok: " + APP_USER + " at postgres");
  }

  @Test
  void twentyConnectionsNeedOneTokenOfEachKind() {
    long tokens = alloyDb.count(Served.TOKEN);
    String[] steps = new String[20];
    Arrays.fill(steps, "query");
    run(probe(steps), "enable-iam-auth=true&iam-user=auto").checkSucceeded();
    assertThat(alloyDb.count(Served.TOKEN)).isEqualTo(tokens + 2);
  }

  /**
   * Connects with impersonation. The accounts are the target, then the delegates from the target's
   * nearest to the source's nearest. Google's API is reached by its name, through the JVM's proxy.
   */
  private JvmResult impersonating(String accounts) throws Exception {
    Path authority =
        Files.writeString(directory.resolve("ca.pem"), alloyDb.endpointCaCertificate());

    try (ConnectProxy proxy = new ConnectProxy(alloyDb.googleApis())) {
      String[] url = proxy.url().replace("http://", "").split(":");
      return AgentOn.jvm(probe("query"), alloyDb, AgentOn.map("orders-db", primary))
          .property("https.proxyHost", url[0])
          .property("https.proxyPort", url[1])
          .environment("ALLOYDB_AGENT_API_CA_FILE", authority.toString())
          .environment("ALLOYDB_AGENT_IMPERSONATE_SERVICE_ACCOUNT", accounts)
          .environment("ALLOYDB_AGENT_ENABLE_IAM_AUTH", "true")
          .environment("ALLOYDB_AGENT_IAM_USER", "auto")
          .run();
    }
  }

  @Test
  void connectsAsTheImpersonatedAccount() throws Exception {
    alloyDb.permitImpersonation(APP, OTHER);
    assertThat(impersonating(OTHER).checkSucceeded().out())
        .startsWith("query: ok: other@local-project.iam at postgres");
    assertThat(lastPrincipal(primary)).isEqualTo(OTHER);
  }

  @Test
  void impersonatesThroughDelegatesNearestToTheTargetFirst() throws Exception {
    String near = "near@local-project.iam.gserviceaccount.com";
    String far = "far@local-project.iam.gserviceaccount.com";
    alloyDb.permitImpersonation(APP, far);
    alloyDb.permitImpersonation(far, near);
    alloyDb.permitImpersonation(near, THIRD);
    assertThat(impersonating(THIRD + "," + near + "," + far).checkSucceeded().out())
        .startsWith("query: ok: third@local-project.iam at postgres");
    assertThat(impersonating(THIRD + "," + far + "," + near).checkFailed().out())
        .contains("credentials failed: no token for ")
        .contains("Application Default Credentials, impersonating " + THIRD)
        .contains("Permission 'iam.serviceAccounts.getAccessToken' denied");
  }
}
