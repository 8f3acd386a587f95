package io.github.alloydbagent.core.connections;

import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.IdentitySettings;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.SettingsException;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.config.setting.OnRemap;
import io.github.alloydbagent.core.connections.SimulatedCloud.Fault;
import io.github.alloydbagent.core.threads.AgentThreads;
import io.github.alloydbagent.core.threads.SimulatedThreads;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.Scope;
import io.github.alloydbagent.credentials.TestIdentity;
import io.github.alloydbagent.discovery.Discovery;
import io.github.alloydbagent.driver.Connections;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.refresh.ClientKey;
import io.github.alloydbagent.refresh.ConnectionInfo;
import io.github.alloydbagent.refresh.ConnectionInfoCache;
import io.github.alloydbagent.refresh.TestConnectionInfo;
import io.github.alloydbagent.status.EventKind;
import io.github.alloydbagent.status.NoEvents;
import io.github.alloydbagent.status.State;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.time.VirtualTime;
import io.github.alloydbagent.tunnel.SimulatedTunnels;
import io.github.alloydbagent.tunnel.Target;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Runs the agent's core on virtual time against {@link SimulatedCloud}, a model of everything
 * around it.
 *
 * <p>Episodes with random faults alternate with quiet periods. The simulation checks the invariants
 * that always hold, after each episode that everything recovers, and in quiet periods that there
 * are no needless calls and nothing is left over. All randomness comes from one seed, so a failing
 * seed replays exactly.
 */
final class Simulation {
  private static final long SECOND = 1_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  /** Time within which connections must succeed after the faults have ended, in milliseconds. */
  private static final long RECOVERY_MILLIS = 6 * SECOND;

  private static final String PROJECT = "projects/p";
  private static final String MAPPED = "projects/m/locations/l1/clusters/";
  private static final long WATCH_INTERVAL_MILLIS = 10 * MINUTE;

  private static final int WARM_TUNNELS = 2;

  private static final ClientKey KEY = ClientKey.generate();

  /** Thrown if the agent violates an invariant. */
  static final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    Violation(String message) {
      super(message);
    }
  }

  private final long seed;
  private final Random random;
  private final VirtualTime time = new VirtualTime();
  private final SimulatedCloud cloud;
  private final Path file;
  private final SimulatedThreads workers;
  private final AgentThreads threads;
  private final Log log;
  private final Targets targets;
  private final MappedConnections connections;
  private final Discovery discovery;
  private final RuntimeHolder runtime = new RuntimeHolder();
  private final SimulatedTunnels tunnels;
  private final List<String> trace = new ArrayList<>();
  private final List<String> addresses = new ArrayList<>();
  private final Map<String, Long> firstRequestedNanos = new HashMap<>();
  private Target lastTarget;
  private int instanceCount;
  private int pendingConnections;
  private boolean isStarted;

  /** The first violation that was found where an exception would only fail a connection. */
  private Violation violation;

  /** Whether connections pause at random between their steps, like threads on a busy machine. */
  private boolean pausesConnections;

  /** Whether the Admin API or a token server refused something in this episode. */
  private boolean wasRefused;

  Simulation(long seed, Path directory) {
    this.seed = seed;
    this.random = new Random(seed);
    this.cloud =
        new SimulatedCloud(time, new Random(random.nextLong()), TestConnectionInfo.pair(KEY));
    this.file = directory.resolve("settings-" + seed + ".properties");
    this.log =
        new Log(
            LogLevel.INFO, new PrintStream(new FaultyLogStream(), true, StandardCharsets.UTF_8));
    this.workers =
        new SimulatedThreads(
            time, faultyTimer(time.timer()), cloud, new Random(random.nextLong()), this::violate);
    this.threads = workers.threads();
    this.tunnels = new SimulatedTunnels(time, this::dialFailure);
    Jitter jitter = new Jitter(new Random(random.nextLong())::nextDouble);
    for (int i = 0; i < 3; i++) {
      cloud.create(InstanceName.parse(MAPPED + "c" + i / 2 + "/instances/i" + i), "10.1.0." + i);
    }
    createDiscovered();
    writeSettings(validMapping());
    Settings settings = readSettings();
    this.targets =
        new Targets(
            threads,
            settings,
            () -> CompletableFuture.completedFuture(KEY),
            apiClients(jitter),
            time,
            jitter,
            new FaultyEvents(),
            log);
    this.connections = new MappedConnections(settings, runtime, time, log);
    randomFaults();
    connections.start(targets.prepare(settings.mappings()));
    targets.dropAllExcept(settings.mappings());
    this.discovery = targets.discovery(settings);
    discovery.start();
    runtime.complete(
        new AgentRuntime(
            targets,
            (host, target, deadline) -> {
              lastTarget = target;
              throw new IOException("the simulation dials on its own");
            },
            this::lookUpNow));
    new SettingsWatch(
            file.toFile(),
            settings.fileContent(),
            this::readSettings,
            (mappings, onRemap) -> {
              cloud.maybeThrow();
              connections.remap(mappings, OnRemap.CLOSE);
            },
            applied -> {},
            threads,
            time,
            WATCH_INTERVAL_MILLIS,
            log)
        .start();
    isStarted = true;
  }

  /** Returns a timer that sometimes throws an Error instead of accepting a task. */
  private ScheduledExecutorService faultyTimer(ScheduledExecutorService timer) {
    Random chance = new Random(random.nextLong());
    return (ScheduledExecutorService)
        Proxy.newProxyInstance(
            Simulation.class.getClassLoader(),
            new Class<?>[] {ScheduledExecutorService.class},
            (proxy, method, arguments) -> {
              if (isStarted && cloud.faults.contains(Fault.ERRORS) && chance.nextInt(200) == 0) {
                throw new OutOfMemoryError("simulated");
              }
              try {
                return method.invoke(timer, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private ApiClients apiClients(Jitter jitter) {
    return new ApiClients() {
      @Override
      public Identity identity(IdentitySettings settings) {
        return TestIdentity.of(
            settings, cloud::token, threads.timer(), threads.tokens(), time, jitter);
      }

      @Override
      public AdminApi adminApi(String endpoint, Identity identity) {
        return cloud.api(identity);
      }
    };
  }

  /** Simulates the given number of days. */
  void run(int days) {
    long end = time.nanoTime() + TimeUnit.MILLISECONDS.toNanos(days * DAY);
    Thread.UncaughtExceptionHandler handler = Thread.currentThread().getUncaughtExceptionHandler();
    Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> checkExpected(error));
    try {
      runEpisode();
      while (time.nanoTime() < end) {
        checkRecovery();
        checkQuietPeriod((long) (-Math.log(1 - random.nextDouble()) * 20 * HOUR));
        runEpisode();
      }
      checkRecovery();
      checkNoLeftovers();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "seed "
              + seed
              + ", day "
              + time.nanoTime() / 86_400_000_000_000L
              + ": "
              + e.getMessage()
              + "\n  replay it: mvn -B test -pl agent -am -Dtest=SimulationTest"
              + " -Dsurefire.failIfNoSpecifiedTests=false -Dsimulation.seed="
              + seed
              + "\n  "
              + String.join("\n  ", trace.subList(Math.max(0, trace.size() - 30), trace.size())),
          e);
    } finally {
      Thread.currentThread().setUncaughtExceptionHandler(handler);
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void note(String event) {
    trace.add(time.nanoTime() / 1_000_000 + " ms: " + event);
  }

  // Faults and changes

  private void runEpisode() {
    long end =
        time.nanoTime()
            + TimeUnit.MILLISECONDS.toNanos(
                1 + (long) (Math.pow(random.nextDouble(), 3) * 2 * HOUR));
    note("episode");
    pausesConnections = true;
    randomFaults();
    while (time.nanoTime() < end) {
      randomChange();
      advance((long) (Math.pow(random.nextDouble(), 3) * 5 * MINUTE));
    }
  }

  private void randomFaults() {
    cloud.faults.clear();
    Fault[] all = Fault.values();
    for (int count = random.nextInt(4); count > 0; count--) {
      cloud.faults.add(all[random.nextInt(all.length)]);
    }
    wasRefused |=
        cloud.faults.contains(Fault.API_REFUSES)
            || cloud.faults.contains(Fault.TOKENS_REFUSED)
            || cloud.faults.contains(Fault.TOKENS_REVOKED);
    note("faults " + cloud.faults);
  }

  private void randomChange() {
    switch (random.nextInt(12)) {
      case 0:
      case 1:
        randomFaults();
        break;
      case 2:
        InstanceName moved = mapped(random.nextInt(3));
        cloud.create(moved, "10.1." + ++instanceCount % 200 + ".7");
        note("moved " + moved);
        break;
      case 3:
        cloud.rotateAuthority(mapped(random.nextInt(3)).clusterUri());
        note("rotated an authority");
        break;
      case 4:
        createDiscovered();
        break;
      case 5:
        deleteDiscovered();
        break;
      case 6:
        writeSettings(random.nextInt(3) == 0 ? "instances=orders=nonsense" : validMapping());
        break;
      case 7:
        long step =
            (long)
                ((random.nextBoolean() ? 1 : -1) * SECOND * Math.pow(86_400, random.nextDouble()));
        time.stepWall(step);
        note("wall clock by " + step + " ms");
        break;
      case 8:
        long freeze = (long) (SECOND * Math.pow(28_800, random.nextDouble()));
        time.freeze(freeze);
        workers.excuseDelays();
        note("frozen for " + freeze + " ms");
        break;
      case 9:
        if (cloud.faults.contains(Fault.TOKENS_REVOKED)) {
          cloud.revokeTokens();
          note("revoked tokens");
        }
        break;
      default:
        for (int burst = random.nextInt(5); burst >= 0; burst--) {
          connect(
              random.nextBoolean() ? "orders" : random.nextBoolean() ? "billing" : anyAddress());
        }
    }
  }

  private InstanceName mapped(int index) {
    return InstanceName.parse(MAPPED + "c" + index / 2 + "/instances/i" + index);
  }

  private void createDiscovered() {
    int number = ++instanceCount;
    String address = "10.2.0." + random.nextInt(20);
    if (cloud.at(address) == null) {
      cloud.create(
          InstanceName.parse(
              PROJECT + "/locations/l" + number % 2 + "/clusters/d/instances/n" + number),
          address);
      addresses.add(address);
      note("created " + number + " at " + address);
    }
  }

  private void deleteDiscovered() {
    if (!addresses.isEmpty()) {
      String address = addresses.remove(random.nextInt(addresses.size()));
      SimulatedCloud.Instance instance = cloud.at(address);
      if (instance != null) {
        cloud.delete(instance.name);
        note("deleted the one at " + address);
      }
    }
  }

  private String anyAddress() {
    return "10.2.0." + random.nextInt(25);
  }

  private String validMapping() {
    return "instances=orders="
        + mapped(random.nextInt(3)).uri()
        + ",billing="
        + mapped(random.nextInt(3)).uri()
        + "\ndiscover="
        + PROJECT;
  }

  private void writeSettings(String content) {
    try {
      Files.writeString(
          file, content + "\naccess-token=simulated\nwarm-tunnels=" + WARM_TUNNELS + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    note("settings " + content.replace('\n', ' '));
  }

  private Settings readSettings() {
    try {
      return Settings.read("config-file=" + file, Map.of(), Map.of(), new File("none"));
    } catch (SettingsException e) {
      throw new UncheckedSettings(e);
    }
  }

  private static final class UncheckedSettings extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UncheckedSettings(SettingsException cause) {
      super(cause);
    }
  }

  // Connections

  /** Opens a connection; the result is the reason of its failure, or null if it succeeded. */
  private CompletableFuture<String> connect(String host) {
    return connect(host, 10 * SECOND);
  }

  private CompletableFuture<String> connect(String host, long timeoutMillis) {
    pendingConnections++;
    Deadline deadline = Deadline.inMillis(timeoutMillis, time);
    return routeOrError(host, deadline)
        .thenCompose(target -> target == null ? completed("not mapped") : dial(target, deadline))
        .handle(
            (result, failure) -> {
              pendingConnections--;
              return failure == null ? result : String.valueOf(unwrapped(failure).getMessage());
            });
  }

  private static CompletableFuture<String> completed(String result) {
    return CompletableFuture.completedFuture(result);
  }

  private static Throwable unwrapped(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  /** Routes as {@link #route}; an application's thread gets the errors of the timer as they are. */
  private CompletableFuture<Target> routeOrError(String host, Deadline deadline) {
    try {
      return route(host, deadline);
    } catch (OutOfMemoryError | StackOverflowError e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletableFuture<Target> route(String host, Deadline deadline) {
    if (!Discovery.isCandidate(host)) {
      return target(host);
    }
    long now = time.nanoTime();
    long firstRequested = firstRequestedNanos.merge(host, now, Math::min);
    // an address that was missing from a complete list is unmapped until a list contains it
    long since = cloud.wasListed(host) ? now : firstRequested;
    return discovery
        .lookUp(host, 5432, deadline)
        .thenCompose(
            mapping -> {
              SimulatedCloud.Instance there = cloud.at(host);
              if (mapping == null && there != null && there.createdNanos < since) {
                violate("no route to " + host + ", which is " + there.name + "'s");
              }
              return mapping == null
                  ? CompletableFuture.<Target>completedFuture(null)
                  : runAfter(pauseMillis(), () -> targets.targetOfDiscovered(mapping));
            });
  }

  /** Looks up the target through the route table, like the connections of drivers. */
  private CompletableFuture<Target> target(String host) {
    try {
      Connections.Route route = connections.route(host, 5432, 10_000);
      if (route == null) {
        violate("no route to the mapped host " + host);
      }
      return runAfter(pauseMillis(), () -> targetOf(route));
    } catch (IOException e) {
      violate("no route to the mapped host " + host + ": " + e);
      return CompletableFuture.failedFuture(e);
    }
  }

  private Target targetOf(Connections.Route route) {
    lastTarget = null;
    try {
      Object unused = route.connect();
    } catch (IOException e) {
      // expected: the dial of the simulation's AgentRuntime only records the target
    }
    return lastTarget;
  }

  /**
   * Returns the pause between two steps of a connection in milliseconds, sometimes long enough for
   * a remap or a list.
   */
  private long pauseMillis() {
    return pausesConnections && random.nextInt(4) == 0
        ? (long) (2 * WATCH_INTERVAL_MILLIS * Math.pow(random.nextDouble(), 2))
        : 0;
  }

  private <T> CompletableFuture<T> runAfter(long millis, Supplier<T> step) {
    if (millis == 0) {
      return CompletableFuture.completedFuture(step.get());
    }
    CompletableFuture<T> result = new CompletableFuture<>();
    Object unused =
        time.timer()
            .schedule(
                () -> {
                  try {
                    result.complete(step.get());
                  } catch (Throwable e) {
                    result.completeExceptionally(e);
                  }
                },
                millis,
                TimeUnit.MILLISECONDS);
    return result;
  }

  private Mapping lookUpNow(String host, int port, Deadline deadline) throws IOException {
    throw new IOException("the simulation looks up without blocking");
  }

  private CompletableFuture<String> dial(Target target, Deadline deadline) {
    CompletableFuture<String> token = target.identity().token(Scope.LOGIN, deadline);
    return target
        .connectionInfo()
        .valid(deadline)
        .thenCompose(
            info -> {
              checkNotExpired(info);
              return token.thenCompose(
                  login ->
                      tookWarmTunnel(target, info, login)
                          ? completed(null)
                          : dial(target, info, login, deadline, 2));
            });
  }

  private boolean tookWarmTunnel(Target target, ConnectionInfo info, String token) {
    try {
      boolean took = tunnels.take(target, info, token);
      if (took) {
        tunnels.used(target);
      }
      return took;
    } catch (AssertionError e) {
      violate(e.getMessage());
      throw e;
    }
  }

  /** Returns why a warm tunnel cannot be dialed, or null if it can; sometimes throws an Error. */
  private String dialFailure(Target target, ConnectionInfo info, String token) {
    cloud.maybeThrow();
    return refusal(target, info, token);
  }

  private String refusal(Target target, ConnectionInfo info, String token) {
    return cloud.refusal(
        target.mapping().instance(),
        info.addresses().byType().get(IpType.PRIVATE),
        info.certificate().endMillis(),
        token);
  }

  private CompletableFuture<String> dial(
      Target target, ConnectionInfo info, String token, Deadline deadline, int retries) {
    String refusal = refusal(target, info, token);
    if (refusal == null) {
      target.identity().tokenAccepted(Scope.LOGIN, token);
      tunnels.used(target);
    }
    if (refusal == null || retries == 0) {
      return completed(refusal);
    }
    if (refusal.contains("token")) {
      return target.identity().tokenRefused(Scope.LOGIN, token)
          ? target
              .identity()
              .token(Scope.LOGIN, deadline)
              .thenCompose(other -> dial(target, info, other, deadline, retries - 1))
          : completed(refusal);
    }
    return target
        .connectionInfo()
        .replacement(info, !refusal.startsWith("nothing"), deadline)
        .handle((renewed, failure) -> renewed)
        .thenCompose(
            renewed -> {
              if (renewed == null) {
                return completed(refusal);
              }
              checkNotExpired(renewed);
              return dial(target, renewed, token, deadline, retries - 1);
            });
  }

  private void checkNotExpired(ConnectionInfo info) {
    if (time.wallMillis() >= info.certificate().endMillis()) {
      violate("handed out a certificate that has expired by this machine's clock");
    }
    if (time.wallStepMillis() == 0 && cloud.trueMillis() >= info.certificate().endMillis()) {
      violate("handed out a certificate that has expired");
    }
  }

  /** Checks an error that no task caught, for which production logs an error. */
  private void checkExpected(Throwable error) {
    if (!(error instanceof VirtualMachineError)) {
      violate("uncaught: " + error);
    }
  }

  /** Records a violation, which the next call of {@link #advance} throws. */
  private void violate(String message) {
    if (violation == null) {
      violation = new Violation(message);
    }
  }

  // Invariants

  private void advance(long millis) {
    time.advance(millis);
    if (cloud.hasErrors()) {
      workers.excuseDelays();
    }
    for (Target target : targets.all()) {
      ConnectionInfoCache info = target.connectionInfo();
      State state = info.status().state();
      if ((state == State.READY || state == State.DEGRADED) != (info.cached() != null)) {
        violate(target.mapping() + " is " + state + ", but its info says otherwise");
      }
      // those that are no longer needed are closed in the background
      if (tunnels.openCount(target) > 2 * WARM_TUNNELS) {
        violate(tunnels.openCount(target) + " warm tunnels of " + target.mapping());
      }
    }
    if (violation != null) {
      throw violation;
    }
  }

  private void checkRecovery() {
    pausesConnections = false;
    if (random.nextInt(4) == 0) {
      revokeTwice();
    }
    cloud.faults.clear();
    time.stepWall(-time.wallStepMillis());
    writeSettings(validMapping());
    note("all faults end");
    long waitUntil = Math.max(time.nanoTime(), cloud.quietUntilNanos);
    advance(TimeUnit.NANOSECONDS.toMillis(waitUntil - time.nanoTime()));
    boolean connects = random.nextBoolean();
    if (connects) {
      checkConnections();
    }
    // without a connection, refusals are retried every five minutes
    advance(connects && !wasRefused ? MINUTE : 5 * MINUTE + 10 * SECOND);
    wasRefused = false;
    checkHealthy();
    advance(2 * WATCH_INTERVAL_MILLIS + MINUTE); // by then the settings file has been read as well
    checkConnections();
    checkWarmTunnels();
    advance(MINUTE);
    checkHealthy();
    checkQuiescent();
  }

  /** Checks that the targets of connections that were just opened are warm half a minute later. */
  private void checkWarmTunnels() {
    advance(30 * SECOND);
    for (Target target : targets.all()) {
      if (!Discovery.isCandidate(target.mapping().host()) && !tunnels.isWarm(target)) {
        throw new Violation("no warm tunnel of " + target.mapping());
      }
      if (tunnels.openCount(target) > WARM_TUNNELS) {
        throw new Violation("too many warm tunnels of " + target.mapping());
      }
    }
  }

  /** Revokes all tokens, and those that replaced them a few seconds later. */
  private void revokeTwice() {
    cloud.faults.clear();
    time.stepWall(-time.wallStepMillis());
    note("all faults end, for two revocations");
    advance(10 * MINUTE);
    cloud.revokeTokens();
    CompletableFuture<String> connection = connect(random.nextBoolean() ? "orders" : "billing");
    advance(8 * SECOND);
    note("connected: " + connection.getNow("not yet"));
    cloud.revokeTokens();
    wasRefused = true; // the second API token may not have been used before
  }

  private void checkConnections() {
    List<String> hosts = new ArrayList<>(Arrays.asList("orders", "billing"));
    addresses.stream()
        .filter(address -> cloud.wasListed(address) && !belongsToAnother(address))
        .forEach(hosts::add);
    List<CompletableFuture<String>> all = new ArrayList<>();
    for (String host : hosts) {
      all.add(
          connectWithRetry(host, time.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RECOVERY_MILLIS)));
    }
    advance(RECOVERY_MILLIS + 500);
    for (int i = 0; i < all.size(); i++) {
      CompletableFuture<String> one = all.get(i);
      if (!one.isDone()) {
        throw new Violation("no connection to " + hosts.get(i) + " within 6 s");
      }
      if (one.join() != null) {
        throw new Violation("no connection to " + hosts.get(i) + " within 6 s: " + one.join());
      }
    }
  }

  /**
   * Returns whether the address belonged to another instance in the last list. Connections to it
   * fail until the next list.
   */
  private boolean belongsToAnother(String address) {
    CompletableFuture<Mapping> known =
        discovery.lookUp(address, 5432, Deadline.inMillis(SECOND, time));
    Mapping mapping = known.isCompletedExceptionally() ? null : known.getNow(null);
    return mapping != null && !mapping.instance().equals(cloud.at(address).name);
  }

  /** Connects like a connection pool: retries failed connections until the given time. */
  private CompletableFuture<String> connectWithRetry(String host, long untilNanos) {
    return connect(host)
        .thenCompose(
            failure -> {
              if (failure == null || time.nanoTime() > untilNanos) {
                return completed(failure);
              }
              CompletableFuture<String> again = new CompletableFuture<>();
              Object unused =
                  time.timer()
                      .schedule(
                          () ->
                              connectWithRetry(host, untilNanos)
                                  .whenComplete(
                                      (result, thrown) -> {
                                        if (thrown == null) {
                                          again.complete(result);
                                        } else {
                                          again.completeExceptionally(thrown);
                                        }
                                      }),
                          100,
                          TimeUnit.MILLISECONDS);
              return again;
            });
  }

  private void checkHealthy() {
    for (Target target : targets.all()) {
      ConnectionInfoCache info = target.connectionInfo();
      // the next list drops the target of a deleted instance
      boolean exists = cloud.instance(target.mapping().instance()) != null;
      if (exists && info.cached() == null) {
        throw new Violation(target.mapping() + " is not healthy a minute after the last fault");
      }
      State state = info.status().state();
      if (exists && state != State.READY) {
        throw new Violation(target.mapping() + " is " + state + " after the last fault");
      }
    }
  }

  /** Checks that no connections, scheduled tasks or targets are left over. */
  private void checkQuiescent() {
    workers.checkRecovered();
    if (pendingConnections != 0) {
      throw new Violation(pendingConnections + " connections never ended");
    }
    List<Integer> sizes = targets.sharedObjectCounts();
    int refreshers = sizes.get(2) + 1; // one per connection info, and the project's
    // fetches in flight, and fetches that they wait for, have scheduled timeouts
    long warmed = tunnels.inUse();
    if (workers.areIdle() && time.pending() > refreshers + warmed) {
      throw new Violation(
          time.pending() + " tasks are scheduled for " + refreshers + " and " + warmed);
    }
    if (workers.areIdle() && time.periodic() != refreshers + 1) { // and the settings file's
      throw new Violation(time.periodic() + " periodic tasks instead of " + (refreshers + 1));
    }
    for (Target target : targets.all()) {
      InstanceName instance = target.mapping().instance();
      if (cloud.instance(instance) == null) {
        throw new Violation("a target is left of " + instance);
      }
    }
    long mapped =
        targets.all().stream()
            .filter(target -> !Discovery.isCandidate(target.mapping().host()))
            .count();
    if (mapped != 2) {
      throw new Violation(mapped + " targets instead of 2 for the mapped hosts");
    }
  }

  private void checkQuietPeriod(long millis) {
    long hours = millis / HOUR;
    if (hours < 2) {
      return;
    }
    note("quiet for " + hours + " h");
    advance(HOUR); // time for a last refresh of what the episode left over
    int known = targets.sharedObjectCounts().get(2);
    for (long hour = 1; hour < hours; hour++) {
      cloud.forgetCalls();
      if (random.nextInt(8) == 0) {
        for (String host : Arrays.asList("orders", "billing")) {
          CompletableFuture<String> connection = connect(host);
          advance(RECOVERY_MILLIS);
          if (connection.join() != null) {
            throw new Violation("no connection in a quiet hour: " + connection.join());
          }
        }
        advance(HOUR - 2 * RECOVERY_MILLIS);
      } else {
        advance(HOUR);
      }
      for (Map.Entry<String, Integer> call : cloud.calls.entrySet()) {
        if (!call.getKey().startsWith("list")
            && !call.getKey().startsWith("token")
            && call.getValue() > 2) {
          throw new Violation(call.getValue() + " calls in a healthy hour: " + call.getKey());
        }
      }
      int lists = cloud.calls.getOrDefault("list " + PROJECT, 0);
      if (lists < 10 || lists > 15) {
        throw new Violation(lists + " lists in a healthy hour");
      }
      checkQuiescent();
      if (tunnels.openCount() > 0) {
        throw new Violation(tunnels.openCount() + " warm tunnels of unused targets");
      }
      if (targets.sharedObjectCounts().get(2) != known) {
        throw new Violation("the number of connection infos changed in a quiet hour");
      }
    }
  }

  /** Checks that everything is as at the start after all discovered instances are deleted. */
  private void checkNoLeftovers() {
    while (!addresses.isEmpty()) {
      deleteDiscovered();
    }
    advance(10 * MINUTE);
    List<Integer> sizes = targets.sharedObjectCounts();
    long instances =
        targets.all().stream().map(target -> target.mapping().instance()).distinct().count();
    if (sizes.get(3) != 2 || sizes.get(2) != instances || sizes.get(0) != 1) {
      throw new Violation("left over: " + sizes);
    }
  }

  /** A log stream that sometimes throws an Error. */
  private final class FaultyLogStream extends OutputStream {
    @Override
    public void write(int b) {}

    @Override
    public void write(byte[] bytes, int offset, int length) {
      cloud.maybeThrow();
      if (length > 2) {
        note(new String(bytes, offset, length, StandardCharsets.UTF_8).trim());
      }
    }
  }

  /** A flight recorder that sometimes throws an Error. */
  private final class FaultyEvents extends NoEvents {
    @Override
    public Object begin(EventKind kind) {
      cloud.maybeThrow();
      return null;
    }
  }
}
