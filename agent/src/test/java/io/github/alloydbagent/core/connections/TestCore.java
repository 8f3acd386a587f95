package io.github.alloydbagent.core.connections;

import com.google.api.client.testing.http.MockHttpTransport;
import com.google.api.client.testing.http.MockLowLevelHttpRequest;
import com.google.api.client.testing.http.MockLowLevelHttpResponse;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.SettingsException;
import io.github.alloydbagent.core.threads.AgentThreads;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.refresh.ClientKey;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.status.NoEvents;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.time.VirtualTime;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** The agent's core on virtual time, without threads, with an API that only lists instances. */
public final class TestCore {
  public static final String BLUE = "projects/p/locations/l/clusters/blue/instances/i";
  public static final String GREEN = "projects/p/locations/l/clusters/green/instances/i";
  public static final String RED = "projects/p/locations/l/clusters/red/instances/i";

  private static final CompletableFuture<ClientKey> KEY =
      CompletableFuture.completedFuture(ClientKey.generate());

  public final VirtualTime time = new VirtualTime();
  final List<String> calls = new ArrayList<>();
  public final List<String> listed = new ArrayList<>();
  final ByteArrayOutputStream said = new ByteArrayOutputStream();
  public final Log log =
      new Log(LogLevel.INFO, new PrintStream(said, true, StandardCharsets.UTF_8));
  private final Jitter jitter = new Jitter(new Random(4711)::nextDouble);
  public Executor workers = Runnable::run;

  public final AgentThreads threads = new AgentThreads(time.timer(), task -> workers.execute(task));
  final MockHttpTransport transport =
      new MockHttpTransport() {
        @Override
        public MockLowLevelHttpRequest buildRequest(String method, String url) {
          return new MockLowLevelHttpRequest(url) {
            @Override
            public MockLowLevelHttpResponse execute() {
              calls.add(url);
              boolean list = url.contains("/clusters/-/instances");
              return list
                  ? new MockLowLevelHttpResponse().setContent(list())
                  : new MockLowLevelHttpResponse().setStatusCode(503);
            }
          };
        }
      };

  /** Adds an instance under this address to the list. */
  void list(String instance, String address) {
    listed.add("{\"name\":\"" + instance + "\",\"ipAddress\":\"" + address + "\"}");
  }

  private String list() {
    return "{\"instances\":[" + String.join(",", listed) + "]}";
  }

  public Targets targets(Settings settings) {
    return new Targets(
        threads,
        settings,
        () -> KEY,
        new GoogleApiClients(() -> transport, "a/1", threads, time, jitter),
        time,
        jitter,
        new NoEvents(),
        log);
  }

  /** Returns the API calls for this cluster within an hour, after pending work has completed. */
  public long callsInAnHour(String instance) {
    time.advance(60_000);
    calls.clear();
    time.advance(3_600_000);
    return calls.stream().filter(url -> url.contains(instance)).count();
  }

  public String said() {
    return said.toString(StandardCharsets.UTF_8);
  }

  /** Returns settings with these mappings and further settings: name, value, name, value. */
  public static Settings settings(String instances, String... others) {
    Map<String, String> properties = new HashMap<>();
    properties.put("alloydb.agent.access-token", "ya29.token");
    if (!instances.isEmpty()) {
      properties.put("alloydb.agent.instances", instances);
    }
    for (int i = 0; i < others.length; i += 2) {
      properties.put("alloydb.agent." + others[i], others[i + 1]);
    }
    try {
      return Settings.read(null, properties, Map.of(), new File("none"));
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
  }

  public static List<Mapping> mappings(String instances, String... others) {
    return settings(instances, others).mappings();
  }

  /** Returns the instances that status, metrics and readiness report. */
  public static List<String> instances(Targets targets) {
    List<String> all = new ArrayList<>();
    for (InstanceStatus status : targets.instances().all()) {
      all.add(status.instance());
    }
    return all;
  }
}
