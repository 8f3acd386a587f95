package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.Programs;
import io.github.alloydbagent.local.ApiCall;
import io.github.alloydbagent.local.IamRole;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import io.github.alloydbagent.local.LocalInstance;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests every kind of credentials: directly, impersonating a service account, and impersonating one
 * through delegates; with and without IAM login; set for all instances or for one. (Google's Auth
 * Proxy had a bug in impersonation with IAM login for one instance:
 * GoogleCloudPlatform/alloydb-auth-proxy#890.)
 */
class IdentitiesIT {
  private static final String DOMAIN = "@local-project.iam.gserviceaccount.com";
  private static final String ANA = "ana@example.com";
  private static final String SUBJECT = "runner";
  private static final String API = "https://www.googleapis.com/auth/cloud-platform";
  private static final String LOGIN = "https://www.googleapis.com/auth/alloydb.login";

  @TempDir private static Path directory;
  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;
  private static ConnectProxy proxy;
  private static Path authority;
  private static final Map<String, Source> SOURCES = new LinkedHashMap<>();

  /** How the credentials are used. */
  private enum Acting {
    AS_THEMSELVES,
    AS_TARGET,
    AS_TARGET_BY_DELEGATES
  }

  /**
   * Credentials.
   *
   * @param principal the principal of the credentials
   * @param environment environment variables with credentials, in addition to the settings
   * @param settings the settings for all instances
   * @param mapped the same settings in a mapping; null if a mapping cannot contain them
   */
  private record Source(
      String name,
      String principal,
      Map<String, String> environment,
      Map<String, String> settings,
      Map<String, String> mapped) {

    /**
     * Returns an account that only this source impersonates, so that tests detect a token of
     * another account.
     */
    String account(String role) {
      return role + "-" + name + DOMAIN;
    }

    /** The scopes of user credentials and of fixed tokens cannot be chosen. */
    boolean hasFixedScopes() {
      return name.equals("person");
    }

    boolean tellsNoAddress() {
      return List.of("person", "token", "external").contains(name);
    }
  }

  /** One connection: its settings, and the expected result. */
  private record Case(Source source, Acting acting, boolean iamLogin) {

    String host() {
      return source.name + "-" + acting.ordinal() + (iamLogin ? "-iam" : "-password");
    }

    String principal() {
      return switch (acting) {
        case AS_THEMSELVES -> source.principal;
        case AS_TARGET -> source.account("target");
        case AS_TARGET_BY_DELEGATES -> source.account("last");
      };
    }

    String databaseUser() {
      return principal().replace(".gserviceaccount.com", "");
    }

    /** Returns all settings except the credentials. */
    Map<String, String> settings() {
      Map<String, String> settings = new LinkedHashMap<>();
      settings.put("enable-iam-auth", String.valueOf(iamLogin));
      boolean unknown = acting == Acting.AS_THEMSELVES && source.tellsNoAddress();
      settings.put("iam-user", unknown && !isWithoutDatabaseUser() ? databaseUser() : "auto");
      if (acting != Acting.AS_THEMSELVES) {
        settings.put(
            "impersonate-service-account",
            acting == Acting.AS_TARGET
                ? principal()
                : principal() + ";" + source.account("near") + ";" + source.account("far"));
      }
      return settings;
    }

    /** AlloyDB has database users only for users and service accounts. */
    boolean isWithoutDatabaseUser() {
      return iamLogin && acting == Acting.AS_THEMSELVES && source.name.equals("external");
    }

    String url() {
      return "url=jdbc:postgresql://" + host() + "/postgres?connectTimeout=60";
    }

    private void check(String line) {
      if (isWithoutDatabaseUser()) {
        assertThat(line)
            .startsWith("session: failed: ")
            .contains("iam-user=auto is set, but the principal of credentials-file ")
            .contains("has no e-mail address that the agent can determine.");
        return;
      }
      String[] session = line.split(" ", -1);
      assertThat(line).as(host()).startsWith("session: ok: ");
      assertThat(session[2]).as(host()).isEqualTo(iamLogin ? databaseUser() : "app");
      assertThat(session[4]).as(host()).isEqualTo(iamLogin ? "AUTO_IAM" : "DB_NATIVE");
      assertThat(session[5])
          .as("principal of the login token of %s", host())
          .isEqualTo(principal());
      assertThat(alloyDb.certificateOwner(session[6]))
          .as("principal of the certificate of %s", host())
          .isEqualTo(principal());
      // the session's text ends with "(12 ms)"
      List<String> scopes = List.of(session).subList(7, session.length - 2);
      if (acting == Acting.AS_THEMSELVES && source.hasFixedScopes()) {
        assertThat(scopes).as("scopes of %s's login token", host()).contains(API);
      } else {
        assertThat(scopes).as("scopes of %s's login token", host()).containsExactly(LOGIN);
      }
    }
  }

  @BeforeAll
  static void start() throws Exception {
    LocalAlloyDbBuilder builder = LocalAlloyDb.builder().user("app", "secret").person(ANA);
    for (String account : List.of("vm", "adc", "file", "json", "base64")) {
      builder.serviceAccount(account + DOMAIN);
    }
    List<String> names =
        List.of(
            "adc",
            "vm",
            "file",
            "json",
            "base64",
            "token",
            "person",
            "external",
            "federated",
            "chained");
    List<String> accounts = new ArrayList<>(List.of("token", "federated", "chained"));
    for (String name : names) {
      accounts.addAll(List.of("target-" + name, "last-" + name));
    }
    accounts.forEach(account -> builder.iamUser(account + DOMAIN));
    alloyDb = builder.start();
    primary = alloyDb.instance("primary");
    accounts.forEach(account -> alloyDb.permissions().grant(account + DOMAIN, IamRole.values()));
    alloyDb
        .permissions()
        .grant(alloyDb.externalPrincipal(SUBJECT), IamRole.CLIENT, IamRole.SERVICE_USAGE_CONSUMER);
    describe();
    SOURCES.values().forEach(IdentitiesIT::permit);
    authority = Files.writeString(directory.resolve("ca.pem"), alloyDb.endpointCaCertificate());
    proxy = new ConnectProxy(alloyDb.googleApis());
  }

  private static void describe() throws IOException {
    Map<String, String> none = Map.of();
    add("adc", "adc" + DOMAIN, adc(), none, none);
    add("vm", "vm" + DOMAIN, Map.of("GCE_METADATA_HOST", alloyDb.metadataHost()), none, none);
    String file = alloyDb.credentialsFile("file" + DOMAIN).toString();
    addFile("file", "file" + DOMAIN, file);
    String json = Files.readString(alloyDb.credentialsFile("json" + DOMAIN));
    add("json", "json" + DOMAIN, adc(), Map.of("credentials-json", json), null);
    Map<String, String> base64 =
        Map.of(
            "credentials-json",
            Base64.getEncoder()
                .encodeToString(
                    Files.readString(alloyDb.credentialsFile("base64" + DOMAIN))
                        .getBytes(StandardCharsets.UTF_8)));
    add("base64", "base64" + DOMAIN, adc(), base64, base64);
    Map<String, String> tokens =
        Map.of(
            "access-token",
            alloyDb.tokens().issue("token" + DOMAIN, Set.of(API)),
            "login-token",
            alloyDb.tokens().issue("token" + DOMAIN, Set.of(LOGIN)));
    add("token", "token" + DOMAIN, adc(), tokens, tokens);
    addFile("person", ANA, written("person", alloyDb.personCredentials(ANA)));
    addFile(
        "external",
        alloyDb.externalPrincipal(SUBJECT),
        written("external", alloyDb.externalCredentials(SUBJECT, null)));
    alloyDb.permitImpersonation(alloyDb.externalPrincipal(SUBJECT), "federated" + DOMAIN);
    addFile(
        "federated",
        "federated" + DOMAIN,
        written("federated", alloyDb.externalCredentials(SUBJECT, "federated" + DOMAIN)));
    alloyDb.permitImpersonation("file" + DOMAIN, "between" + DOMAIN);
    alloyDb.permitImpersonation("between" + DOMAIN, "chained" + DOMAIN);
    addFile(
        "chained",
        "chained" + DOMAIN,
        written(
            "chained",
            alloyDb.impersonatingCredentials(
                "file" + DOMAIN, "chained" + DOMAIN, "between" + DOMAIN)));
  }

  private static Map<String, String> adc() {
    return Map.of(
        "GOOGLE_APPLICATION_CREDENTIALS", alloyDb.credentialsFile("adc" + DOMAIN).toString());
  }

  private static String written(String name, String json) throws IOException {
    return Files.writeString(directory.resolve(name + ".json"), json).toString();
  }

  private static void addFile(String name, String principal, String file) {
    Map<String, String> setting = Map.of("credentials-file", file);
    add(name, principal, adc(), setting, setting);
  }

  private static void add(
      String name,
      String principal,
      Map<String, String> environment,
      Map<String, String> settings,
      Map<String, String> mapped) {
    SOURCES.put(name, new Source(name, principal, environment, settings, mapped));
  }

  private static void permit(Source source) {
    alloyDb.permitImpersonation(source.principal, source.account("target"));
    alloyDb.permitImpersonation(source.principal, source.account("far"));
    alloyDb.permitImpersonation(source.account("far"), source.account("near"));
    alloyDb.permitImpersonation(source.account("near"), source.account("last"));
  }

  @AfterAll
  static void stop() throws IOException {
    proxy.close();
    alloyDb.close();
  }

  static Stream<String> names() {
    return SOURCES.keySet().stream();
  }

  private static Jvm jvm(List<Case> cases, Map<String, String> environment, String instances) {
    List<String> steps = new ArrayList<>();
    for (Case each : cases) {
      steps.add(each.url());
      steps.add("session");
    }
    String[] address = proxy.url().replace("http://", "").split(":");
    return Programs.probe(
            Jdk.chosen(),
            Built.newestDriver(),
            "jdbc:none",
            "app",
            "secret",
            steps.toArray(String[]::new))
        .agent()
        .flags("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC") // many tokens with a short lifetime
        .property("https.proxyHost", address[0])
        .property("https.proxyPort", address[1])
        .environment("ALLOYDB_AGENT_API_ENDPOINT", alloyDb.adminUrl())
        .environment("ALLOYDB_AGENT_API_CA_FILE", authority.toString())
        .environment("ALLOYDB_INSTANCES", instances)
        .environment(environment);
  }

  /** Runs the cases in one JVM; each identity must fetch each token that it needs once. */
  private static void check(List<Case> cases, Map<String, String> environment, String instances) {
    int before = alloyDb.apiCalls().size();
    JvmResult result = jvm(cases, environment, instances).run();
    assertThat(result.outLines()).as(result.toString()).hasSize(cases.size());
    for (int i = 0; i < cases.size(); i++) {
      cases.get(i).check(result.outLines().get(i));
    }
    List<ApiCall> calls = alloyDb.apiCalls();
    List<String> called =
        calls.subList(before, calls.size()).stream()
            .map(call -> call.principal() + " " + call.resource())
            .sorted()
            .toList();
    TreeSet<String> expected = new TreeSet<>();
    for (Case each : cases) {
      expected.add(each.principal() + " " + primary.name());
      expected.add(each.principal() + " " + alloyDb.cluster().name());
    }
    assertThat(called)
        .as("API calls, exactly one of each kind")
        .containsExactlyElementsOf(expected);
  }

  /** IAM login, too, is set for all instances, except for one whose mapping overrides it. */
  @ParameterizedTest
  @MethodSource("names")
  void credentialsApplyToAllInstances(String name) {
    Source source = SOURCES.get(name);
    for (Acting acting : Acting.values()) {
      Case iam = new Case(source, acting, true);
      Case password = new Case(source, acting, false);
      Map<String, String> environment = new LinkedHashMap<>(source.environment);
      Map<String, String> settings = new LinkedHashMap<>(source.settings);
      settings.putAll(iam.settings());
      settings.forEach(
          (setting, value) ->
              environment.put(
                  "ALLOYDB_AGENT_" + setting.toUpperCase(java.util.Locale.ROOT).replace('-', '_'),
                  value));
      check(
          List.of(iam, password),
          environment,
          AgentOn.map(iam.host(), primary)
              + ","
              + AgentOn.map(password.host(), primary)
              + "?enable-iam-auth=false");
    }
  }

  /** Runs all sources in one JVM, where nothing is set for all instances. */
  @Test
  void credentialsApplyToOneInstance() {
    List<Source> sources =
        SOURCES.values().stream()
            .filter(source -> source.mapped != null && !source.name.equals("vm"))
            .toList();
    checkMapped(sources, adc());
  }

  @Test
  void credentialsApplyToOneInstanceOnAVirtualMachine() {
    checkMapped(List.of(SOURCES.get("vm")), SOURCES.get("vm").environment);
  }

  private static void checkMapped(List<Source> sources, Map<String, String> environment) {
    List<Case> cases = new ArrayList<>();
    List<String> mappings = new ArrayList<>();
    for (Source source : sources) {
      for (Acting acting : Acting.values()) {
        for (boolean iamLogin : new boolean[] {true, false}) {
          Case one = new Case(source, acting, iamLogin);
          Map<String, String> settings = new LinkedHashMap<>(source.mapped);
          settings.putAll(one.settings());
          cases.add(one);
          mappings.add(
              AgentOn.map(one.host(), primary)
                  + "?"
                  + settings.entrySet().stream()
                      .map(setting -> setting.getKey() + "=" + setting.getValue())
                      .collect(Collectors.joining("&")));
        }
      }
    }
    check(cases, environment, String.join(",", mappings));
  }
}
