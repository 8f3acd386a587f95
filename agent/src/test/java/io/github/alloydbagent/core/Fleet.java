package io.github.alloydbagent.core;

import com.google.auth.oauth2.AccessToken;
import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.admin.ApiException;
import io.github.alloydbagent.admin.IssuedCertificate;
import io.github.alloydbagent.admin.TestApiExceptions;
import io.github.alloydbagent.config.InstanceSettings;
import io.github.alloydbagent.config.TestSettings;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.core.connections.SimulatedCertificate;
import io.github.alloydbagent.core.connections.SimulatedCloud;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.TestIdentity;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.refresh.CallLane;
import io.github.alloydbagent.refresh.ClientKey;
import io.github.alloydbagent.refresh.ClusterCertificate;
import io.github.alloydbagent.refresh.ConnectionInfo;
import io.github.alloydbagent.refresh.ConnectionInfoCache;
import io.github.alloydbagent.refresh.ConnectionInfoFetch;
import io.github.alloydbagent.refresh.TestConnectionInfo;
import io.github.alloydbagent.status.EventKind;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.status.NoEvents;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.time.VirtualTime;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Simulates many JVMs that start within a second, each with its own instance and cluster, against
 * an API that admits a limited number of calls per minute and answers 429 beyond that. The JVMs
 * affect each other only through the API's responses. A seed replays exactly.
 */
@SuppressWarnings("JavaUtilDate") // google-auth's type
final class Fleet {
  private static final long SECOND = 1_000;
  private static final long HOUR = 3_600 * SECOND;
  private static final int CALLS = 2;
  private static final ClientKey KEY = ClientKey.generate();
  private static final KeyPair PAIR = TestConnectionInfo.pair(KEY);
  private static final InstanceSettings SETTINGS = TestSettings.mapping().settings();

  /** How the API counts calls. */
  enum Quota {
    /** A bucket that holds as many calls as it gains within a second. */
    BUCKET,
    /** A fixed number in each minute from the start on. */
    MINUTES
  }

  /**
   * What the API admits, and which JVMs call it.
   *
   * @param retryAfterMillis the {@code Retry-After} of the bucket quota; 0 if none is sent
   * @param waiting whether a connection waits in each JVM
   */
  record Plan(
      int jvms, Quota quota, long callsAMinute, long retryAfterMillis, boolean waiting, long seed) {

    /** The time if every call that could be admitted were made. */
    double idealSeconds() {
      return 60.0 * CALLS * jvms / callsAMinute;
    }
  }

  /** The result of a run. */
  record Outcome(Plan plan, double[] secondsOfJvms, int[] rejectedCalls) {

    /** The time until this share of the JVMs can connect, as a multiple of the ideal time. */
    double ratio(double share) {
      return secondsOfJvms[(int) Math.ceil(share * secondsOfJvms.length) - 1] / plan.idealSeconds();
    }

    double meanRejected() {
      return Arrays.stream(rejectedCalls).average().orElseThrow();
    }

    int mostRejected() {
      return Arrays.stream(rejectedCalls).max().orElseThrow();
    }

    /** Returns a row of the table in {@code docs/reliability.md}. */
    String row() {
      return String.format(
          Locale.ROOT,
          "| %,d | %s | %s | %s | %,.0f s | %s | %s | %,.1f | %,d |",
          plan.callsAMinute,
          plan.quota == Quota.BUCKET ? "bucket" : "minutes",
          plan.retryAfterMillis == 0
              ? "no"
              : plan.quota == Quota.MINUTES ? "next minute" : plan.retryAfterMillis / SECOND + " s",
          plan.waiting ? "yes" : "no",
          plan.idealSeconds(),
          cell(0.5),
          cell(1),
          meanRejected(),
          mostRejected());
    }

    private String cell(double share) {
      return String.format(
          Locale.ROOT, "%,.0f s (%.2f)", ratio(share) * plan.idealSeconds(), ratio(share));
    }
  }

  private final Plan plan;
  private final VirtualTime time = new VirtualTime();
  private final Random random;
  private final Jitter jitter;
  private final Log log = new Log(LogLevel.OFF, System.err);
  private final Supplier<CompletableFuture<ClientKey>> key =
      () -> CompletableFuture.completedFuture(KEY);
  private final double[] connected;
  private final int[] rejected;
  private int pending;

  // The API's quota
  private double bucket;
  private long filledNanos;
  private long window = -1;
  private long leftInWindow;

  Fleet(Plan plan) {
    this.plan = plan;
    this.random = new Random(plan.seed);
    this.jitter = new Jitter(random::nextDouble);
    this.connected = new double[plan.jvms];
    this.rejected = new int[plan.jvms];
    this.bucket = plan.callsAMinute / 60.0;
    this.pending = plan.jvms;
  }

  Outcome run() {
    for (int i = 0; i < plan.jvms; i++) {
      Jvm jvm = new Jvm(i);
      later(SECOND * random.nextDouble(), jvm::start);
    }
    long mostMillis = (long) (10 * SECOND * plan.idealSeconds()) + HOUR;
    while (pending > 0 && time.nanoTime() / 1_000_000 < mostMillis) {
      time.advance(SECOND);
    }
    if (pending > 0) {
      throw new AssertionError(pending + " JVMs do not get what they need: " + plan);
    }
    Arrays.sort(connected);
    return new Outcome(plan, connected, rejected);
  }

  private void later(double millis, Runnable task) {
    Object unused = time.timer().schedule(task, (long) (millis * 1_000_000), TimeUnit.NANOSECONDS);
  }

  /** Returns whether the API's quota admits another call, and counts that call. */
  private boolean admits() {
    long now = time.nanoTime();
    if (plan.quota == Quota.BUCKET) {
      double each = plan.callsAMinute / 60.0;
      bucket = Math.min(Math.max(each, 1), bucket + (now - filledNanos) / 1e9 * each);
      filledNanos = now;
      if (bucket < 1) {
        return false;
      }
      bucket--;
      return true;
    }
    long minute = TimeUnit.NANOSECONDS.toMinutes(now);
    if (minute != window) {
      window = minute;
      leftInWindow = plan.callsAMinute;
    }
    return --leftInWindow >= 0;
  }

  /**
   * With the quota per minute, {@code Retry-After} is the rest of the current minute, in whole
   * seconds.
   */
  private long retryAfterMillis() {
    if (plan.retryAfterMillis == 0 || plan.quota == Quota.BUCKET) {
      return plan.retryAfterMillis;
    }
    long second = TimeUnit.NANOSECONDS.toSeconds(time.nanoTime());
    return (60 - second % 60) * SECOND;
  }

  /** One JVM: the agent's components for one instance, and a pool that connects. */
  private final class Jvm {
    private final int number;
    private final ConnectionInfoCache cache;

    Jvm(int number) {
      this.number = number;
      InstanceName instance =
          InstanceName.parse("projects/p/locations/l/clusters/c" + number + "/instances/i");
      CallLane servers = task -> later(20 + 60 * random.nextDouble(), task);
      Identity identity =
          TestIdentity.of(
              SETTINGS.identity(),
              scope -> new AccessToken("t", new Date(time.wallMillis() + HOUR)),
              time.timer(),
              servers,
              time,
              jitter);
      AdminApi api = new QuotaApi(identity, this);
      this.cache =
          new ConnectionInfoCache(
              new InstanceStatus(instance.uri(), "id", () -> "p", time, new Refreshes(this)),
              false,
              new ConnectionInfoFetch(
                  instance,
                  api,
                  identity,
                  new ClusterCertificate(
                      instance, api, identity, key, time.timer(), servers, time, jitter),
                  servers,
                  time),
              time.timer(),
              time,
              jitter,
              log);
    }

    void start() {
      cache.start();
      if (plan.waiting) {
        connect();
      }
    }

    /** Retries after each failure with a pause, as pools do. */
    private void connect() {
      long begun = time.nanoTime();
      CompletableFuture<ConnectionInfo> unused =
          cache
              .valid(Deadline.inMillis(10 * SECOND, time))
              .whenComplete(
                  (info, failure) -> {
                    if (failure != null) {
                      boolean inTime = time.nanoTime() - begun < TimeUnit.SECONDS.toNanos(1);
                      later(inTime ? SECOND : 0, this::connect);
                    }
                  });
    }

    void refreshed() {
      if (connected[number] == 0) {
        connected[number] = time.nanoTime() / 1e9;
        pending--;
        cache.stop(); // the next refresh is not part of this simulation
      }
    }

    void call() throws ApiException {
      if (!admits()) {
        rejected[number]++;
        throw TestApiExceptions.status(429, retryAfterMillis());
      }
    }
  }

  /** An API that answers each JVM according to the quota that all JVMs share. */
  private final class QuotaApi extends AdminApi {
    private final Jvm jvm;

    QuotaApi(Identity identity, Jvm jvm) {
      super(TestIdentity.NO_HTTP, "https://api", identity, "simulated/1");
      this.jvm = jvm;
    }

    @Override
    public Addresses connectionInfo(InstanceName instance, String token) throws ApiException {
      jvm.call();
      return new Addresses("10.0.0.1", null, null);
    }

    @Override
    public IssuedCertificate clientCertificate(
        InstanceName instance, String publicKey, String token) throws ApiException {
      jvm.call();
      long now = time.wallMillis();
      SimulatedCertificate leaf = new SimulatedCertificate(PAIR, now, now + 24 * HOUR);
      return new IssuedCertificate(List.of(leaf), SimulatedCloud.AUTHORITIES.subList(0, 1));
    }
  }

  /** Records when a JVM has everything it needs to connect. */
  private static final class Refreshes extends NoEvents {
    private final Jvm jvm;

    Refreshes(Jvm jvm) {
      this.jvm = jvm;
    }

    @Override
    public Object begin(EventKind kind) {
      return kind == EventKind.REFRESH ? kind : null;
    }

    @Override
    public void endRefresh(Object begun, String instance, String error, long certificateEndMillis) {
      if (error.isEmpty()) {
        jvm.refreshed();
      }
    }
  }
}
