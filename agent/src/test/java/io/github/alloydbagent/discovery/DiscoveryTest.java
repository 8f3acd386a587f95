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
import io.github.alloydbagent.log.Level;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.refresh.ManualTimer;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Jitter;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiscoveryTest {
  private static final String L = "projects/p/locations/l/clusters/c/instances/";

  private final Map<String, String> lists = new HashMap<>();
  private final Map<String, Integer> refusals = new HashMap<>();
  private final ManualTimer timer = new ManualTimer();
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final Deque<Runnable> held = new ArrayDeque<>();
  private final List<String> asked = new ArrayList<>();
  private Executor executor = Runnable::run;

  private final MockHttpTransport transport =
      new MockHttpTransport() {
        @Override
        public LowLevelHttpRequest buildRequest(String method, String url) {
          String project = url.replaceAll(".*(projects/[^/]+)/.*", "$1");
          return new MockLowLevelHttpRequest(url) {
            @Override
            public LowLevelHttpResponse execute() {
              asked.add(project);
              return new MockLowLevelHttpResponse()
                  .setStatusCode(refusals.getOrDefault(project, 200))
                  .setContent(lists.getOrDefault(project, "{}"));
            }
          };
        }
      };

  private Discovery discovery(String... projects) throws Exception {
    Settings settings =
        Settings.read(
            null, Map.of("alloydb.agent.access-token", "ya29.token"), Map.of(), new File("none"));
    Identity identity =
        new Identity(
            settings.general().identity(), () -> transport, command -> executor.execute(command));
    return new Discovery(
        List.of(projects),
        new AdminApi(() -> transport, "https://api.example", identity, "a/1"),
        identity,
        settings::discovered,
        command -> executor.execute(command),
        timer,
        timer::millis,
        new Jitter(() -> 0),
        new Log(Level.INFO, new PrintStream(said, true, StandardCharsets.UTF_8)));
  }

  private static String list(String... instances) {
    return "{\"instances\":[" + String.join(",", instances) + "]}";
  }

  private static String instance(String name, String address) {
    return "{\"name\":\"" + name + "\",\"ipAddress\":\"" + address + "\"}";
  }

  private static Mapping find(Discovery discovery, String host) throws IOException {
    return discovery.find(host, 5432, Deadline.inMillis(20));
  }

  private String said() {
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
  void addressesAndPscNamesAreLookedFor(String host) {
    assertThat(Discovery.isCandidate(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "db.example", "", "pg.internal.", "db1"})
  void namesOfOtherKindsNeverAre(String host) {
    assertThat(Discovery.isCandidate(host)).isFalse();
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
    discovery.start();
    assertThat(find(discovery, "10.0.0.1").settings().ipTypes()).hasToString("[PRIVATE]");
    assertThat(find(discovery, "34.1.1.1").settings().ipTypes()).hasToString("[PUBLIC]");
    assertThat(find(discovery, "A.alloydb-psc.goog.").settings().ipTypes()).hasToString("[PSC]");
    assertThat(asked).hasSize(1);
    assertThat(said()).contains("discovered in projects/p: 1 instance");
  }

  @Test
  void aHostThatIsNoInstancesIsAskedForOnce() throws Exception {
    Discovery discovery = discovery("projects/p");
    assertThat(find(discovery, "10.9.9.9")).isNull();
    timer.sleep(60_000);
    assertThat(find(discovery, "10.9.9.9")).isNull();
    timer.sleep(60_000);
    assertThat(find(discovery, "10.9.9.9")).isNull();
    assertThat(asked).hasSize(1);
    assertThat(find(discovery, "10.8.8.8")).isNull();
    assertThat(asked).as("an address that was not heard of before").hasSize(2);
  }

  @Test
  void followsChanges() throws Exception {
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1")));
    Discovery discovery = discovery("projects/p");
    discovery.start();
    lists.put("projects/p", list(instance(L + "b", "10.0.0.2")));
    timer.advance(300_000);
    assertThat(find(discovery, "10.0.0.2")).hasToString("10.0.0.2=" + L + "b");
    assertThat(find(discovery, "10.0.0.1")).isNull();
    assertThat(said()).contains("discovered " + L + "b", L + "a is no longer listed");
  }

  @Test
  void listsEveryFiveMinutesHoweverManyConnectionsAsk() throws Exception {
    Discovery discovery = discovery("projects/p");
    discovery.start();
    for (int i = 0; i < 10; i++) {
      timer.advance(10_000);
      assertThat(find(discovery, "10.0.0." + i)).isNull();
    }
    asked.clear();
    timer.advance(3_000_000);
    assertThat(asked).hasSize(10);
  }

  @Test
  void refusesWhatNobodyCanTellAndDoesNotRepeatItself() throws Exception {
    refusals.put("projects/q", 403);
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1")));
    Discovery discovery = discovery("projects/p", "projects/q");
    discovery.start();
    assertThat(find(discovery, "10.0.0.1")).as("known all the same").isNotNull();
    assertThatThrownBy(() -> find(discovery, "10.9.9.9"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "AlloyDB Agent: no connection to host 10.9.9.9: it may be an address of an instance that"
                + " is to be discovered. The instances of projects/q are not known yet:"
                + " https://api.example answered HTTP 403")
        .hasMessageContaining("Grant roles/alloydb.viewer and")
        .hasMessageEndingWith(
            " Map the host with the setting instances, or take the project out of discover.");
    timer.advance(3_000_000);
    assertThat(said().split("WARN alloydb-agent: the instances of ", -1)).hasSize(2);
    assertThat(said().split("WARN alloydb-agent: failed again, ", -1)).hasSize(6); // of 10
    refusals.clear();
    timer.advance(300_000);
    assertThat(find(discovery, "10.9.9.9")).isNull();
    assertThat(said()).contains("projects/q can be listed again, after 11 failures in 55 min");
  }

  @Test
  void anAddressThatIsNoneIsToldOnce() throws Exception {
    lists.put("projects/p", list(instance(L + "a", "a b")));
    discovery("projects/p").start();
    timer.advance(3_000_000);
    assertThat(said()).containsOnlyOnce(" has the address \"a b\", which is none");
  }

  @Test
  void anOutageLaterOnChangesNothing() throws Exception {
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1")));
    Discovery discovery = discovery("projects/p");
    discovery.start();
    refusals.put("projects/p", 503);
    timer.advance(300_000);
    assertThat(find(discovery, "10.0.0.1")).isNotNull();
    assertThat(find(discovery, "10.9.9.9")).isNull();
    asked.clear();
    timer.advance(60_000);
    assertThat(asked).as("tried again sooner").hasSize(2);
  }

  @Test
  void keepsWhatItKnowsOfALocationThatCannotBeReached() throws Exception {
    String other = "projects/p/locations/m/clusters/c/instances/b";
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1"), instance(other, "10.0.0.2")));
    Discovery discovery = discovery("projects/p");
    discovery.start();
    lists.put(
        "projects/p",
        "{\"unreachable\":[\"projects/p/locations/m\"],\"instances\":["
            + instance(L + "a", "10.0.0.1")
            + "]}");
    timer.advance(300_000);
    assertThat(find(discovery, "10.0.0.2")).hasToString("10.0.0.2=" + other);
    assertThat(find(discovery, "10.9.9.9")).isNull();
  }

  @Test
  void aFirstListThatLacksALocationIsNotEnough() throws Exception {
    lists.put(
        "projects/p",
        "{\"unreachable\":[\"projects/p/locations/m\"],\"instances\":["
            + instance(L + "a", "10.0.0.1")
            + "]}");
    Discovery discovery = discovery("projects/p");
    discovery.start();
    assertThat(find(discovery, "10.0.0.1")).isNotNull();
    assertThatThrownBy(() -> find(discovery, "10.0.0.2"))
        .hasMessageContaining("The instances of projects/p in [m] could not be listed yet.");
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1")));
    timer.advance(300_000);
    assertThat(find(discovery, "10.0.0.2")).isNull();
  }

  @Test
  void refusesAnAddressThatTwoInstancesHave() throws Exception {
    lists.put("projects/p", list(instance(L + "a", "10.0.0.1"), instance(L + "b", "10.0.0.1")));
    Discovery discovery = discovery("projects/p");
    assertThatThrownBy(() -> find(discovery, "10.0.0.1"))
        .hasMessage(
            "AlloyDB Agent: no connection to host 10.0.0.1: it is an address of several discovered"
                + " instances, "
                + L
                + "a and "
                + L
                + "b. Map it with the setting instances to the one that is meant.");
  }

  @Test
  void waitsForTheFirstListNoLongerThanTheDeadline() throws Exception {
    executor = held::add;
    Discovery discovery = discovery("projects/p");
    discovery.start();
    assertThatThrownBy(() -> find(discovery, "10.0.0.1"))
        .hasMessageContaining("The instances of projects/p are not known yet. Map the host");
    executor = Runnable::run;
    while (!held.isEmpty()) {
      held.remove().run();
    }
    assertThat(find(discovery, "10.0.0.1")).isNull();
  }
}
