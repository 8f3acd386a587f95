package io.github.alloydbagent.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import com.google.api.client.testing.http.MockHttpTransport;
import com.google.api.client.testing.http.MockLowLevelHttpRequest;
import com.google.api.client.testing.http.MockLowLevelHttpResponse;
import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.TestIdentity;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.time.VirtualTime;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiscoveryTest {
  private static final String L = "projects/p/locations/l/clusters/c/instances/";

  private final Map<String, String> lists = new HashMap<>();
  private final Map<String, Integer> refusals = new HashMap<>();
  private final VirtualTime time = new VirtualTime();
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final Deque<Runnable> held = new ArrayDeque<>();
  private final List<String> asked = new ArrayList<>();
  private final Map<String, String> retryAfter = new HashMap<>();
  private final List<String> published = new ArrayList<>();
  private final Random random = new Random(4711);
  private Executor executor = Runnable::run;
  private Error publishing; // thrown by the listener, if set

  private final MockHttpTransport transport =
      new MockHttpTransport() {
        @Override
        public LowLevelHttpRequest buildRequest(String method, String url) {
          String project = url.replaceAll(".*(projects/[^/]+)/.*", "$1");
          return new MockLowLevelHttpRequest(url) {
            @Override
            public LowLevelHttpResponse execute() {
              asked.add(project);
              MockLowLevelHttpResponse answer =
                  new MockLowLevelHttpResponse()
                      .setStatusCode(refusals.getOrDefault(project, 200))
                      .setContent(lists.getOrDefault(project, "{}"));
              if (retryAfter.containsKey(project)) {
                answer.addHeader("Retry-After", retryAfter.get(project));
              }
              return answer;
            }
          };
        }
      };

  private Discovery discovery(String... projects) throws Exception {
    Settings settings =
        Settings.read(
            null, Map.of("alloydb.agent.access-token", "ya29.token"), Map.of(), new File("none"));
    Identity identity =
        TestIdentity.of(
            settings.general().identity(),
            () -> transport,
            time,
            command -> executor.execute(command));
    return new Discovery(
        List.of(projects),
        new AdminApi(() -> transport, "https://api.example", identity, "a/1"),
        identity,
        settings::discovered,
        mappings -> {
          if (publishing != null) {
            throw publishing;
          }
          published.add(mappings.toString());
        },
        time.timer(),
        command -> executor.execute(command),
        time,
        new Jitter(random::nextDouble),
        new Log(LogLevel.INFO, new PrintStream(said, true, StandardCharsets.UTF_8)));
  }

  private static String list(String... instances) {
    return "{\"instances\":[" + String.join(",", instances) + "]}";
  }

  private static String instance(String name, String address) {
    return "{\"name\":\"" + name + "\",\"ipAddress\":\"" + address + "\"}";
  }

  private Mapping find(Discovery discovery, String host) throws IOException {
    return find(discovery, host, 0);
  }

  /** Looks up a host, while time advances by the given milliseconds. */
  private Mapping find(Discovery discovery, String host, long millis) throws IOException {
    CompletableFuture<Mapping> found =
        discovery.lookUp(host, 5432, Deadline.inMillis(millis + 20, time));
    time.advance(millis);
    if (!found.isDone()) {
      time.advance(20);
    }
    try {
      return found.join();
    } catch (CompletionException e) {
      throw (IOException) e.getCause();
    }
  }

  private void start(Discovery discovery) {
    discovery.start();
    time.settle();
  }

  private int listsWithin(long millis) {
    asked.clear();
    time.advance(millis);
    return asked.size();
  }

  private String logLines() {
    return said.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.1.2.3",
        "::1",
        "fd00::1",
        "X.y.us-central1.AlloyDB-psc.goog",
        "10.1",
        "0x0a010203",
        "10.1.2.3.",
        "１0.1.2.3",
        "[fd00::1%eth0]",
        "ａlloydb-psc.goog"
      })
  void looksUpAddressesAndPscNames(String host) {
    assertThat(Discovery.isCandidate(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "db.example", "", "pg.internal.", "db1"})
  void doesNotLookUpOtherNames(String host) {
    assertThat(Discovery.isCandidate(host)).isFalse();
  }

  @Test
  void publishesEachListBeforeItsMappingsAreFound() throws Exception {
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1")));
    Discovery discovery = discovery("projects/p");
    start(discovery);
    assertThat(published).containsExactly("[" + find(discovery, "10.0.0.1") + "]");
  }

  @Test
  void findsInstancesByEachOfTheirAddresses() throws Exception {
    lists.put(
        "projects/p",
        "{\"instances\":[{\"name\":\""
            + L
            + "a\",\"ipAddress\":\"10.0.0.1\",\"publicIpAddress\":\"34.1.1.1\","
            + "\"pscInstanceConfig\":{\"pscDnsName\":\"a.alloydb-psc.goog.\"}}]}");
    Discovery discovery = discovery("projects/p");
    start(discovery);
    assertThat(find(discovery, "10.0.0.1").settings().ipTypes()).hasToString("[PRIVATE]");
    assertThat(find(discovery, "34.1.1.1").settings().ipTypes()).hasToString("[PUBLIC]");
    assertThat(find(discovery, "A.alloydb-psc.goog.").settings().ipTypes()).hasToString("[PSC]");
    assertThat(asked).hasSize(1);
    assertThat(logLines()).contains("discovered in projects/p: 1 instance");
  }

  @Test
  void causesOneListForAHostThatBelongsToNoInstance() throws Exception {
    Discovery discovery = discovery("projects/p");
    assertThat(find(discovery, "10.9.9.9")).isNull();
    time.advance(60_000);
    assertThat(find(discovery, "10.9.9.9")).isNull();
    time.advance(60_000);
    assertThat(find(discovery, "10.9.9.9")).isNull();
    assertThat(asked).hasSize(1);
    assertThat(find(discovery, "10.8.8.8")).isNull();
    assertThat(asked).as("an address that was not heard of before").hasSize(2);
  }

  @Test
  void followsChanges() throws Exception {
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1")));
    Discovery discovery = discovery("projects/p");
    start(discovery);
    lists.put("projects/p", list(instance(L + "b", "10.0.0.2")));
    time.advance(300_000);
    assertThat(find(discovery, "10.0.0.2")).hasToString("10.0.0.2=" + L + "b");
    assertThat(find(discovery, "10.0.0.1")).isNull();
    assertThat(logLines()).contains("discovered " + L + "b", L + "a is no longer listed");
  }

  @Test
  void listsEveryFiveMinutesForAnyNumberOfConnections() throws Exception {
    Discovery discovery = discovery("projects/p");
    start(discovery);
    for (int i = 0; i < 10; i++) {
      time.advance(10_000);
      assertThat(find(discovery, "10.0.0." + i)).isNull();
    }
    assertThat(listsWithin(3_600_000)).isBetween(12, 15);
    assertThat(time.pending()).isEqualTo(1);
  }

  @Test
  void refusesUnknownAddressesAndLogsTheFailureOnce() throws Exception {
    refusals.put("projects/q", 403);
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1")));
    Discovery discovery = discovery("projects/p", "projects/q");
    start(discovery);
    assertThat(find(discovery, "10.0.0.1")).as("known all the same").isNotNull();
    assertThatThrownBy(() -> find(discovery, "10.9.9.9"))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(
            "10.9.9.9",
            "projects/q",
            "https://api.example returned HTTP 403",
            "roles/alloydb.viewer")
        .hasMessageNotContaining("projects/p ");
    time.advance(3_000_000);
    assertThat(logLines().split("WARN alloydb-agent: AAJ-302: the instances of ", -1)).hasSize(2);
    assertThat(logLines().split("WARN alloydb-agent: AAJ-302: failed again, ", -1).length)
        .isBetween(4, 8);
    refusals.clear();
    time.advance(300_000);
    assertThat(find(discovery, "10.9.9.9")).isNull();
    assertThat(logLines()).contains("projects/q can be listed again, after ");
  }

  /** Regression: a Retry-After of 40 s or more ended the listing permanently. */
  @ParameterizedTest
  @ValueSource(ints = {1, 40, 60, 600})
  void continuesToListAfterRetryAfter(int seconds) throws Exception {
    Discovery discovery = discovery("projects/p");
    refusals.put("projects/p", 429);
    retryAfter.put("projects/p", String.valueOf(seconds));
    start(discovery);
    refusals.clear();
    retryAfter.clear();
    assertThat(listsWithin(seconds * 1_000L - 1)).isZero();
    assertThat(listsWithin(seconds * 100L + 5_001)).isEqualTo(1);
    assertThat(listsWithin(24 * 3_600_000L)).isBetween(24 * 12, 24 * 15);
    assertThat(find(discovery, "10.9.9.9")).isNull();
  }

  /** Regression: an address that was requested before it belonged to an instance stayed unknown. */
  @Test
  void findsANewInstanceAtAnAddressThatWasRequestedBefore() throws Exception {
    Discovery discovery = discovery("projects/p");
    start(discovery);
    assertThat(find(discovery, "10.0.0.1")).isNull();
    refusals.put("projects/p", 429);
    retryAfter.put("projects/p", "60");
    time.advance(300_000);
    refusals.clear();
    retryAfter.clear();
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1")));
    time.advance(600_000);
    assertThat(find(discovery, "10.0.0.1")).isNotNull();
  }

  /** Regression: a failed list counted as a list. */
  @Test
  void refusesAnAddressThatWasFirstRequestedDuringAnOutage() throws Exception {
    Discovery discovery = discovery("projects/p");
    start(discovery);
    assertThat(find(discovery, "10.8.8.8")).as("confirmed").isNull();
    refusals.put("projects/p", 503);
    assertThatThrownBy(() -> find(discovery, "10.0.0.1", 10_000))
        .hasMessageContainingAll("10.0.0.1", "projects/p", "HTTP 503");
    assertThat(find(discovery, "10.8.8.8")).as("a confirmed answer stays").isNull();
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1")));
    refusals.clear();
    assertThat(find(discovery, "10.0.0.1", 10_000)).isNotNull();
  }

  /** The same for a list that had started before the address was requested. */
  @Test
  void aListThatStartedBeforeTheRequestIsNotEnough() throws Exception {
    executor = held::add;
    Discovery discovery = discovery("projects/p");
    discovery.start();
    time.advance(1_000);
    CompletableFuture<Mapping> found =
        discovery.lookUp("10.0.0.1", 5432, Deadline.inMillis(10_000, time));
    time.settle();
    while (!held.isEmpty()) { // the token, then the list
      held.remove().run();
      time.settle();
    }
    assertThat(asked).hasSize(2);
    assertThat(found).isCompletedWithValue(null);
  }

  @ParameterizedTest
  @ValueSource(longs = {-600_000, -86_400_000, 86_400_000})
  void continuesToListIfTheWallClockIsSet(long step) throws Exception {
    Discovery discovery = discovery("projects/p");
    start(discovery);
    time.stepWall(step);
    assertThat(listsWithin(24 * 3_600_000L)).isBetween(24 * 12, 24 * 15);
  }

  /** The listener must learn of instances that no longer exist, to drop what it keeps for them. */
  @Test
  void reportsAllMappingsEachTime() throws Exception {
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1")));
    start(discovery("projects/p"));
    lists.put("projects/p", list(instance(L + "b", "10.0.0.2")));
    time.advance(300_000);
    assertThat(published).containsExactly("[10.0.0.1=" + L + "a]", "[10.0.0.2=" + L + "b]");
  }

  /** Regression: one such response dropped all targets, and their addresses were unmapped. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"status\":\"maintenance\"}",
        "{\"error\":{\"code\":503,\"message\":\"try later\"}}",
        "{\"instances\":null}"
      })
  void aResponseOfAnotherFormIsNotAnEmptyList(String odd) throws Exception {
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1")));
    Discovery discovery = discovery("projects/p");
    start(discovery);
    lists.put("projects/p", odd);
    time.advance(600_000);
    assertThat(find(discovery, "10.0.0.1", 10_000)).isNotNull();
    assertThat(published).as("never dropped").doesNotContain("[]");
    assertThat(logLines()).contains("the instances of projects/p cannot be listed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{}", "{\"instances\":[]}", "{\"unreachable\":[\"projects/p/locations/m\"]}"})
  void aSuddenlyEmptyListDropsNothing(String empty) throws Exception {
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1")));
    Discovery discovery = discovery("projects/p");
    start(discovery);
    time.advance(200_000);
    lists.put("projects/p", empty);
    asked.clear();
    while (asked.isEmpty()) {
      time.advance(1_000);
    }
    for (int second = 0; second < 40; second++) {
      assertThat(find(discovery, "10.0.0.1", 1_000)).as("still mapped").isNotNull();
    }
    assertThatThrownBy(() -> find(discovery, "10.0.0.9", 2_000))
        .hasMessageContaining(
            "The last list of the instances of projects/p was empty, unlike the one before; the"
                + " agent waits for another list to confirm it.");
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1")));
    time.advance(60_000);
    assertThat(find(discovery, "10.0.0.1")).isNotNull();
    assertThat(find(discovery, "10.0.0.9", 10_000)).isNull();
    assertThat(published).doesNotContain("[]");
    assertThat(logLines()).containsOnlyOnce("projects/p lists no instances any more");
  }

  @Test
  void aSecondEmptyListConfirmsTheFirst() throws Exception {
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1")));
    Discovery discovery = discovery("projects/p");
    start(discovery);
    lists.put("projects/p", "{}");
    time.advance(300_000);
    assertThat(published).last().isEqualTo("[10.0.0.1=" + L + "a]");
    time.advance(60_000);
    assertThat(published).last().isEqualTo("[]");
    assertThat(find(discovery, "10.0.0.1", 10_000)).isNull();
    assertThat(logLines()).containsOnlyOnce(L + "a is no longer listed");
    assertThat(listsWithin(600_000)).as("as often as before").isBetween(1, 3);
  }

  @Test
  void listsAgainForAnAddressThatOnceBelongedToAnInstance() throws Exception {
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1")));
    Discovery discovery = discovery("projects/p");
    start(discovery);
    lists.clear();
    time.advance(360_000);
    assertThat(find(discovery, "10.0.0.1", 10_000)).isNull();
    lists.put("projects/p", list(instance(L + "b", "10.0.0.1")));
    assertThat(find(discovery, "10.0.0.1", 10_000)).isNotNull();
  }

  @Test
  void warnsOnceOfAnInvalidAddress() throws Exception {
    lists.put("projects/p", list(instance(L + "a", "a b")));
    start(discovery("projects/p"));
    time.advance(3_000_000);
    assertThat(logLines()).containsOnlyOnce("the invalid address \"a b\"");
  }

  @Test
  void keepsInstancesDuringAnOutage() throws Exception {
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1")));
    Discovery discovery = discovery("projects/p");
    start(discovery);
    refusals.put("projects/p", 503);
    time.advance(300_000);
    assertThat(find(discovery, "10.0.0.1")).isNotNull();
    assertThat(listsWithin(60_000)).as("tried again sooner").isGreaterThanOrEqualTo(2);
  }

  @Test
  void keepsInstancesInAnUnreachableLocation() throws Exception {
    String other = "projects/p/locations/m/clusters/c/instances/b";
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1"), instance(other, "10.0.0.2")));
    Discovery discovery = discovery("projects/p");
    start(discovery);
    lists.put(
        "projects/p",
        "{\"unreachable\":[\"projects/p/locations/m\"],\"instances\":["
            + instance(L + "a", "10.0.0.1")
            + "]}");
    time.advance(300_000);
    assertThat(find(discovery, "10.0.0.2")).hasToString("10.0.0.2=" + other);
    assertThatThrownBy(() -> find(discovery, "10.9.9.9"))
        .as("a partial list cannot tell")
        .hasMessageContaining("The instances of projects/p in [m] cannot be listed");
  }

  @Test
  void aFirstListWithoutALocationIsNotEnough() throws Exception {
    lists.put(
        "projects/p",
        "{\"unreachable\":[\"projects/p/locations/m\"],\"instances\":["
            + instance(L + "a", "10.0.0.1")
            + "]}");
    Discovery discovery = discovery("projects/p");
    start(discovery);
    assertThat(find(discovery, "10.0.0.1")).isNotNull();
    assertThatThrownBy(() -> find(discovery, "10.0.0.2"))
        .hasMessageContaining("projects/p")
        .hasMessageContaining("[m]");
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1")));
    time.advance(300_000);
    assertThat(find(discovery, "10.0.0.2")).isNull();
  }

  @Test
  void refusesAnAddressOfTwoInstances() throws Exception {
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1"), instance(L + "b", "10.0.0.1")));
    Discovery discovery = discovery("projects/p");
    assertThatThrownBy(() -> find(discovery, "10.0.0.1"))
        .hasMessage(
            "AlloyDB Agent: AAJ-803: no connection to host 10.0.0.1: it is an address of several discovered"
                + " instances, "
                + L
                + "a and "
                + L
                + "b. Map it with the setting instances to the intended one.");
  }

  @Test
  void listsAgainForAnAddressThatAnInstanceInAnUnreachableLocationMayHaveGivenUp()
      throws Exception {
    String inAnotherLocation = "projects/p/locations/m/clusters/c/instances/";
    lists.put("projects/p", list(instance(inAnotherLocation + "deleted", "10.0.0.1")));
    Discovery discovery = discovery("projects/p");
    start(discovery);
    lists.put(
        "projects/p",
        "{\"unreachable\":[\"projects/p/locations/m\"],\"instances\":["
            + instance(L + "new", "10.0.0.1")
            + "]}");
    time.advance(300_000);
    assertThatThrownBy(() -> find(discovery, "10.0.0.1"))
        .hasMessageContaining("several discovered instances")
        .hasMessageContaining(L + "new");
    lists.put("projects/p", list(instance(L + "new", "10.0.0.1")));
    assertThat(find(discovery, "10.0.0.1", 5_000).instance()).hasToString(L + "new");
    asked.clear();
    assertThat(find(discovery, "10.0.0.1").instance()).hasToString(L + "new");
    assertThat(asked).isEmpty();
  }

  @Test
  void waitsForTheFirstListNoLongerThanTheDeadline() throws Exception {
    executor = held::add;
    Discovery discovery = discovery("projects/p");
    start(discovery);
    assertThatThrownBy(() -> find(discovery, "10.0.0.1"))
        .hasMessageContaining("The instances of projects/p are not known yet.");
    executor = Runnable::run;
    while (!held.isEmpty()) {
      held.remove().run();
    }
    assertThat(find(discovery, "10.0.0.1")).isNull();
  }

  /** Regression: every connection added a caller that waited until its deadline. */
  @Test
  void connectionsToKnownAddressesAddNoWaitersWhileListsFail() throws Exception {
    lists.put("projects/p", list(instance(L + "i", "10.0.0.1")));
    Discovery discovery = discovery("projects/p");
    start(discovery);
    refusals.put("projects/p", 503);
    time.advance(300_000);
    for (int i = 0; i < 20_000; i++) {
      CompletableFuture<Mapping> known =
          discovery.lookUp("10.0.0.1", 5432, Deadline.inMillis(600_000, time));
      assertThat(known).isCompleted();
    }
    assertThat(waiters(discovery)).isLessThanOrEqualTo(1);
    refusals.clear();
    assertThat(listsWithin(6_000)).as("retried as for a caller that waits").isPositive();
    assertThat(waiters(discovery)).isZero();
  }

  private static int waiters(Discovery discovery) throws ReflectiveOperationException {
    Object project = ((List<?>) field(discovery, "projects")).get(0);
    return ((List<?>) field(field(project, "refresher"), "waiters")).size();
  }

  private static Object field(Object of, String name) throws ReflectiveOperationException {
    Field field = of.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(of);
  }

  /**
   * Regression: the list counted, and an address that waited for it was refused for five minutes.
   */
  @Test
  void listsAgainSoonAfterAListCouldNotBePublished() throws Exception {
    Discovery discovery = discovery("projects/p");
    start(discovery);
    publishing = new OutOfMemoryError("thrown by a test");
    assertThatThrownBy(() -> find(discovery, "10.0.0.9", 1_000)).isInstanceOf(IOException.class);
    publishing = null;
    time.advance(6_000);
    assertThat(find(discovery, "10.0.0.9")).isNull();
  }
}
