package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.failure.ApiFront.Answer;
import io.github.alloydbagent.failure.ApiFront.Reply;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import io.github.alloydbagent.local.LocalInstance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Faults of the Admin API or of a token server while an application opens connections continuously.
 *
 * <p>Certificates and tokens expire after two minutes. The first ones are fetched before the fault
 * begins; their refresh falls into the fault, which ends before they expire, so no connection may
 * fail. For a second group of hosts the fault exists from the start, and they must recover after it
 * ends.
 */
class ApiFaultsIT {
  private static final Duration LIFETIME = Duration.ofSeconds(120);

  /**
   * Seconds from the first certificates to the end of the fault. By then two refreshes were tried,
   * 58 to 72 s after the first certificates; the next try follows 30 s later, at least 18 s before
   * expiry.
   */
  private static final int FAULT_END_SECONDS = 80;

  /** Seconds from the first certificates until the faults that exist from the start end. */
  private static final int INITIAL_FAULT_END_SECONDS = 8;

  /**
   * With this timeout, connections to hosts whose fault exists from the start fail and report the
   * fault.
   */
  private static final String SHORT_TIMEOUT = "&connectTimeout=15";

  /** The agent retries every 30 s. */
  private static final long RETRY_INTERVAL_MILLIS = 31_500;

  private static final String CLUSTERS = "projects/local-project/locations/us-central1/clusters/";

  private static LocalAlloyDb alloyDb;
  private static ApiFront api;
  private static ApiFront tokens;
  private static SwitchableRelay metadata;
  private static volatile boolean broken;
  private static volatile boolean initialFaultsEnded;

  /** Calls needed for a connection: of the API, or of the token server. */
  private static final int CALLS = 2;

  /** Successful calls of each host's API or token server. */
  private static final Map<String, AtomicInteger> fetched = new ConcurrentHashMap<>();

  /** Hosts whose API or token server was called during the fault. */
  private static final Set<String> calledDuringFault = ConcurrentHashMap.newKeySet();

  private static long from;
  private static long to;
  private static long initialFaultsEndedAt;
  private static Attempts attempts;
  private static Attempts silentApi;
  private static Attempts silentTokens;
  private static Attempts noMetadata;

  @BeforeAll
  static void breakAndMend(@TempDir Path directory) throws Exception {
    Map<String, Answer> apis = new LinkedHashMap<>();
    apis.put("forbidden", error(403, "PERMISSION_DENIED"));
    apis.put("missing", error(404, "NOT_FOUND"));
    apis.put("busy", error(429, "RESOURCE_EXHAUSTED"));
    apis.put("busy-for-5-s", busyForSeconds(5));
    apis.put("error-500", error(500, "INTERNAL"));
    apis.put("error-503", error(503, "UNAVAILABLE"));
    apis.put("html", call -> Reply.html(200, "<html>please log in</html>"));
    apis.put("cut-off", call -> Reply.json(200, "{\"ipAddress\": \"127.").cutOff());
    apis.put(
        "other-types",
        call -> Reply.json(200, "{\"ipAddress\": 5, \"pemCertificateChain\": {}, \"caCert\": []}"));
    apis.put("huge", call -> Reply.json(200, "[" + "0,".repeat(5_000_000) + "0]"));
    Map<String, Answer> tokenServers = new LinkedHashMap<>();
    tokenServers.put("token-503", call -> Reply.json(503, "{}"));
    tokenServers.put("token-400", call -> Reply.json(400, "{\"error\": \"invalid_grant\"}"));
    tokenServers.put("token-html", call -> Reply.html(200, "<html>"));
    tokenServers.put(
        "token-types", call -> Reply.json(200, "{\"access_token\": 5, \"expires_in\": \"x\"}"));
    tokenServers.put("token-cut-off", call -> Reply.json(200, "{\"access").cutOff());
    tokenServers.put(
        "token-slow",
        call -> {
          TimeUnit.SECONDS.sleep(1);
          return null;
        });
    Map<String, Answer> coldApis = new LinkedHashMap<>();
    coldApis.put("cold-forbidden", error(403, "PERMISSION_DENIED"));
    coldApis.put("cold-busy", error(429, "RESOURCE_EXHAUSTED"));
    coldApis.put("cold-503", error(503, "UNAVAILABLE"));
    List<String> rewritten = List.of("expired", "other-key", "shuffled", "cold-expired");

    LocalAlloyDbBuilder plan = LocalAlloyDb.builder().cluster(CLUSTERS + "orders");
    plan.instance("psc", a -> a.withPsc("psc.alloydb.example."));
    for (Map<String, Answer> hosts : List.of(apis, tokenServers, coldApis)) {
      hosts.keySet().forEach(plan::instance);
    }
    rewritten.forEach(plan::instance);
    plan.instance("silent-api").instance("silent-tokens").instance("no-metadata");
    alloyDb = plan.cluster(CLUSTERS + "early").instance("cold-not-yet").start();
    alloyDb.cluster(CLUSTERS + "orders").certificateLife(LIFETIME);
    alloyDb.cluster(CLUSTERS + "early").certificatesBegin(Duration.ofMinutes(-5));
    alloyDb.tokens().life(LIFETIME);
    api = new ApiFront(alloyDb.adminUrl());
    tokens = new ApiFront(alloyDb.tokenUrl().replaceAll("/token$", ""));
    metadata = new SwitchableRelay(alloyDb.metadataHost());

    LoadedJvm jvm = new LoadedJvm(Files.createDirectory(directory.resolve("1")), alloyDb);
    jvm.threads(4); // for each of many hosts
    apis.forEach((host, answer) -> jvm.host(host, through(host, duringFault(host, answer))));
    coldApis.forEach(
        (host, answer) ->
            jvm.host(host, through(host, untilInitialFaultsEnd(answer)), SHORT_TIMEOUT));
    UnaryOperator<String> same = text -> text;
    String noLife = "\"certDuration\":\"0s\"";
    jvm.host("expired", rewriting("expired", changedDuringFault("expired", life(noLife)), same));
    jvm.host(
        "cold-expired",
        rewriting("cold-expired", changedUntilInitialFaultsEnd(life(noLife)), same),
        SHORT_TIMEOUT);
    String key = publicKey();
    jvm.host(
        "other-key",
        rewriting(
            "other-key",
            changedDuringFault(
                "other-key",
                body -> body.replaceFirst("(\"publicKey\":)\"[^\"]*\"", "$1\"" + key + '"')),
            same));
    jvm.host(
        "shuffled",
        rewriting("shuffled", changedDuringFault("shuffled", same), ApiFaultsIT::withRootFirst));
    jvm.host("cold-not-yet", alloyDb.instance("cold-not-yet").name(), SHORT_TIMEOUT);
    for (Map.Entry<String, Answer> server : tokenServers.entrySet()) {
      String url = tokens.url(server.getKey(), duringFault(server.getKey(), server.getValue()));
      jvm.host(server.getKey(), withKey(directory, server.getKey(), url));
    }
    LoadedJvm api2 = new LoadedJvm(Files.createDirectory(directory.resolve("2")), alloyDb);
    api2.on(Jdk.running()) // Java 8 ignores the hosts file
        .property("jdk.net.hosts.file", alloyDb.hostsFile().toString())
        .host("silent-api", through("silent-api", duringFault("silent-api", api.never())))
        .host("psc", alloyDb.instance("psc").name() + "?ip-type=PSC");
    LoadedJvm tokens2 = new LoadedJvm(Files.createDirectory(directory.resolve("3")), alloyDb);
    tokens2.host(
        "silent-tokens",
        withKey(
            directory,
            "silent-tokens",
            tokens.url("silent", duringFault("silent-tokens", tokens.never()))));
    LoadedJvm metadata2 =
        new LoadedJvm(
            Files.createDirectory(directory.resolve("4")),
            Map.of(
                "ALLOYDB_AGENT_API_ENDPOINT",
                alloyDb.adminUrl(),
                "GCE_METADATA_HOST",
                metadata.hostAndPort()));
    metadata2.host("no-metadata", alloyDb.instance("no-metadata").name(), SHORT_TIMEOUT);

    List<String> warm = new ArrayList<>(List.of("expired", "other-key", "shuffled"));
    warm.addAll(apis.keySet());
    warm.addAll(tokenServers.keySet());
    try (jvm;
        api2;
        tokens2;
        metadata2) {
      for (LoadedJvm each : List.of(jvm, api2, tokens2, metadata2)) {
        each.deadline(Duration.ofMinutes(5)).startIdle();
      }
      awaitFetched(List.of("error-500"));
      long start = System.nanoTime();
      awaitFetched(warm);
      awaitFetched(List.of("silent-api", "silent-tokens"));
      from = System.currentTimeMillis();
      broken = true;
      for (LoadedJvm each : List.of(jvm, api2, tokens2, metadata2)) {
        each.go();
      }
      sleepUntil(start, INITIAL_FAULT_END_SECONDS);
      initialFaultsEndedAt = System.currentTimeMillis();
      initialFaultsEnded = true;
      alloyDb.cluster(CLUSTERS + "early").certificatesBegin(Duration.ofMinutes(1));
      metadata.open();
      jvm.awaitConnected(warm.toArray(String[]::new));
      jvm.measure();
      sleepUntil(start, FAULT_END_SECONDS);
      to = System.currentTimeMillis();
      broken = false;
      sleepUntil(start, (int) LIFETIME.toSeconds() + 12);
      jvm.measure();
      attempts = jvm.stop();
      silentApi = api2.stop();
      silentTokens = tokens2.stop();
      noMetadata = metadata2.stop();
    }
  }

  /** Waits until the agents have fetched everything that connections to these hosts need. */
  private static void awaitFetched(Collection<String> hosts) throws InterruptedException {
    while (!fetched.keySet().containsAll(hosts)
        || hosts.stream().anyMatch(host -> fetched.get(host).get() < CALLS)) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private static void sleepUntil(long start, int seconds) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(start + TimeUnit.SECONDS.toNanos(seconds) - System.nanoTime());
  }

  private static Answer error(int status, String name) {
    return call ->
        Reply.json(
            status,
            "{\"error\": {\"code\": "
                + status
                + ", \"message\": \"in trouble\", \"status\": \""
                + name
                + "\"}}");
  }

  private static Answer busyForSeconds(int seconds) {
    return call -> {
      call.getResponseHeaders().set("Retry-After", String.valueOf(seconds));
      return error(429, "RESOURCE_EXHAUSTED").to(call);
    };
  }

  private static Answer duringFault(String host, Answer answer) {
    return call -> isBroken(host) ? answer.to(call) : null;
  }

  private static UnaryOperator<String> changedDuringFault(
      String host, UnaryOperator<String> change) {
    return text -> isBroken(host) ? change.apply(text) : text;
  }

  private static boolean isBroken(String host) {
    if (broken) {
      calledDuringFault.add(host);
    } else {
      fetched.computeIfAbsent(host, h -> new AtomicInteger()).incrementAndGet();
    }
    return broken;
  }

  private static Answer untilInitialFaultsEnd(Answer answer) {
    return call -> initialFaultsEnded ? null : answer.to(call);
  }

  private static UnaryOperator<String> changedUntilInitialFaultsEnd(UnaryOperator<String> change) {
    return text -> initialFaultsEnded ? text : change.apply(text);
  }

  private static UnaryOperator<String> life(String wanted) {
    return body -> body.replace("\"certDuration\":\"3600s\"", wanted);
  }

  /** Moves the root to the front of the certificate chain. */
  private static String withRootFirst(String answer) {
    return answer.replaceFirst(
        "\"pemCertificateChain\":\\[(\"[^\"]*\"),(\"[^\"]*\"),(\"[^\"]*\")\\]",
        "\"pemCertificateChain\":[$3,$1,$2]");
  }

  private static String publicKey() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    return "-----BEGIN PUBLIC KEY-----\\\\n"
        + Base64.getEncoder().encodeToString(generator.generateKeyPair().getPublic().getEncoded())
        + "\\\\n-----END PUBLIC KEY-----\\\\n";
  }

  private static String through(String host, Answer answer) {
    return alloyDb.instance(host).name() + "?api-endpoint=" + api.url(host, answer);
  }

  private static String rewriting(
      String host, UnaryOperator<String> request, UnaryOperator<String> answer) {
    return alloyDb.instance(host).name() + "?api-endpoint=" + api.rewriting(host, request, answer);
  }

  /** Uses the first account's key with another token server. */
  private static String withKey(Path directory, String host, String url) throws Exception {
    Path key = directory.resolve(host + ".json");
    Files.writeString(
        key,
        Files.readString(alloyDb.credentialsFile()).replace(alloyDb.tokenUrl(), url + "/token"));
    LocalInstance instance = alloyDb.instance(host);
    return instance.name() + "?credentials-file=" + key;
  }

  @AfterAll
  static void stop() throws Exception {
    metadata.close();
    api.close();
    tokens.close();
    alloyDb.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "forbidden",
        "missing",
        "busy",
        "busy-for-5-s",
        "error-500",
        "error-503",
        "html",
        "cut-off",
        "other-types",
        "huge"
      })
  void aFailedRefreshDoesNotAffectConnections(String host) {
    assertNoFailure(attempts, host);
  }

  @ParameterizedTest
  @ValueSource(strings = {"expired", "other-key"})
  void anUnusableCertificateDoesNotReplaceAValidOne(String host) {
    assertNoFailure(attempts, host);
  }

  @Test
  void sortsTheCertificateChain() {
    assertNoFailure(attempts, "shuffled");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "token-503",
        "token-400",
        "token-html",
        "token-types",
        "token-cut-off",
        "token-slow"
      })
  void aFailingTokenServerDoesNotAffectConnections(String host) {
    assertNoFailure(attempts, host);
  }

  @Test
  void anApiThatNeverRespondsDoesNotDelayConnections() {
    assertNoFailure(silentApi, "silent-api");
    silentApi.assertNoFailure("psc", from, to, from + LIFETIME.toMillis(), Long.MAX_VALUE);
    assertThat(silentApi.between("psc", initialFaultsEndedAt, to))
        .as("name resolution during the fault")
        .allMatch(attempt -> attempt.millis() < 10_000);
  }

  @Test
  void aTokenServerThatNeverRespondsDoesNotDelayConnections() {
    assertNoFailure(silentTokens, "silent-tokens");
    assertThat(silentTokens.between("silent-tokens", initialFaultsEndedAt, to - 3_000))
        .allMatch(attempt -> attempt.millis() < 10_000);
  }

  private static void assertNoFailure(Attempts jvm, String host) {
    assertThat(calledDuringFault).as("hosts called during the fault").contains(host);
    // the third interval begins when the first certificates have expired
    jvm.assertNoFailure(host, from, to, from + LIFETIME.toMillis(), Long.MAX_VALUE);
  }

  @Test
  void retriesAnApiThatRefusedAtTheStart() {
    assertRecovered(attempts, "cold-forbidden", "returned HTTP 403");
    assertWaitedThrough(attempts, "cold-busy", "returned HTTP 429");
    assertWaitedThrough(attempts, "cold-503", "returned HTTP 503");
  }

  @Test
  void replacesUnusableCertificatesFetchedAtTheStart() {
    assertWaitedThrough(attempts, "cold-expired", "just issued is valid until");
    assertRecovered(
        attempts,
        "cold-not-yet",
        "A server that rejects the client certificate closes the" + " connection");
  }

  @Test
  void findsAMetadataServerThatStartsLate() {
    assertRecovered(noMetadata, "no-metadata", "no Application Default Credentials");
  }

  /** During a transient fault, connections fail only at their deadline, and report the fault. */
  private static void assertWaitedThrough(Attempts jvm, String host, String message) {
    assertThat(jvm.between(host, 0, initialFaultsEndedAt))
        .as(host)
        .isNotEmpty()
        .noneMatch(attempt -> attempt.ok() && attempt.end() < initialFaultsEndedAt)
        .allMatch(attempt -> attempt.ok() || attempt.failure().contains(message));
    assertThat(jvm.between(host, initialFaultsEndedAt, Long.MAX_VALUE))
        .as(host + " once the fault is over")
        .isNotEmpty()
        .allMatch(attempt -> attempt.ok());
  }

  private static void assertRecovered(Attempts jvm, String host, String message) {
    assertThat(jvm.between(host, 0, initialFaultsEndedAt))
        .as(host)
        .isNotEmpty()
        .noneMatch(attempt -> attempt.ok() && attempt.end() < initialFaultsEndedAt)
        .anyMatch(attempt -> attempt.failure().contains(message));
    jvm.assertRecovered(
        host, 0, initialFaultsEndedAt, RETRY_INTERVAL_MILLIS, message, "timed out after");
  }

  @Test
  void leaksNothing() {
    attempts.assertNothingLeaked();
  }
}
