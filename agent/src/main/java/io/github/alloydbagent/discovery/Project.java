package io.github.alloydbagent.discovery;

import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.admin.InstanceList;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.log.FailureThrottle;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.refresh.ApiSource;
import io.github.alloydbagent.refresh.AuthorizedCall;
import io.github.alloydbagent.retry.RateLimit;
import io.github.alloydbagent.retry.Refresher;
import io.github.alloydbagent.retry.RepeatedCalls;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.util.ExceptionMessages;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Lists the instances of one project every five minutes, or every minute while a location is
 * missing from the list, or a list that is suddenly empty is not confirmed.
 */
final class Project {

  /** Milliseconds between lists of a project. */
  private static final long INTERVAL_MILLIS = 300_000;

  /** Milliseconds until the next list if the last one is not complete. */
  private static final long PARTIAL_LIST_INTERVAL_MILLIS = 60_000;

  /** Lists that connections to unknown addresses cause: three, then one every five seconds. */
  private static final int RATE_LIMIT_BURST = 3;

  private static final long RATE_LIMIT_INTERVAL_MILLIS = 5_000;

  private final String name;
  private final AdminApi api;
  private final Identity identity;
  private final RepeatedCalls<InstanceList> calls;
  private final Clock clock;
  private final Jitter jitter;
  private final Log log;
  private final Runnable listed;
  private final FailureThrottle throttle;
  private final Refresher<ProjectList> refresher;

  /** Warnings about addresses that were logged, so that the next list does not repeat them. */
  private final Set<String> warned = Collections.synchronizedSet(new HashSet<>());

  private volatile @Nullable ProjectList lastList;

  /** The wait that makes a failed list be retried quickly; see {@link #listSoonIfFailing}. */
  private volatile @Nullable CompletableFuture<ProjectList> quickRetry;

  /**
   * Creates a project; lists nothing before it is started or a connection waits.
   *
   * @param name {@code projects/p}
   * @param timer runs only short tasks that do not block
   * @param executor runs the blocking calls of the API
   * @param listed called after each list, before waiting callers get it
   */
  Project(
      String name,
      AdminApi api,
      Identity identity,
      ScheduledExecutorService timer,
      Executor executor,
      Clock clock,
      Jitter jitter,
      Log log,
      Runnable listed) {
    this.name = name;
    this.api = api;
    this.identity = identity;
    this.calls = new RepeatedCalls<>(executor, clock);
    this.clock = clock;
    this.jitter = jitter;
    this.log = log;
    this.listed = listed;
    this.throttle = new FailureThrottle(clock);
    this.refresher =
        new Refresher<>(
            new Source(),
            new Recorder(),
            timer,
            clock,
            jitter,
            new RateLimit(RATE_LIMIT_BURST, RATE_LIMIT_INTERVAL_MILLIS));
  }

  /** Lists the project now, and every few minutes from now on. */
  void start() {
    refresher.start();
  }

  /** Returns the last list; null before the first one. */
  @Nullable ProjectList lastList() {
    return lastList;
  }

  /** Returns, by the deadline, a list that started after the given time of the monotonic clock. */
  CompletableFuture<ProjectList> listedAfter(long nanos, Deadline deadline) {
    return refresher.fetchedAfter(nanos, deadline);
  }

  /**
   * Retries failed lists as quickly as for a waiting caller, since a known address may have become
   * that of another instance.
   */
  void listSoonIfFailing(Deadline deadline) {
    // one waiting caller is enough: there may be thousands of connections per second
    CompletableFuture<ProjectList> waiting = quickRetry;
    if (refresher.lastFailure() != null && (waiting == null || waiting.isDone())) {
      quickRetry = listedAfter(clock.nanoTime(), deadline);
    }
  }

  void addMappings(Discovery.Mapper mapper, List<Mapping> mappings) {
    ProjectList list = lastList;
    if (list != null) {
      for (Map.Entry<InstanceName, Addresses> instance : list.instances().entrySet()) {
        for (Map.Entry<IpType, String> address : instance.getValue().byType().entrySet()) {
          add(address.getValue(), address.getKey(), instance.getKey(), mapper, mappings);
        }
      }
    }
  }

  private void add(
      String address,
      IpType type,
      InstanceName instance,
      Discovery.Mapper mapper,
      List<Mapping> mappings) {
    try {
      mappings.add(mapper.map(address, type, instance));
    } catch (IllegalArgumentException e) {
      String warning = instance + " reports the invalid address \"" + address + "\"; it is ignored";
      if (warned.add(warning)) {
        log.about(null, instance.uri()).warn(ErrorCode.ADDRESS_INVALID, warning);
      }
    }
  }

  /**
   * Returns a sentence that explains why it is unknown whether an address belongs to this project.
   */
  String unknownReason() {
    ProjectList list = lastList;
    Throwable failure = refresher.lastFailure();
    String why = failure == null ? "" : ": " + ExceptionMessages.of(failure);
    if (list == null) {
      return ExceptionMessages.sentence("The instances of " + name + " are not known yet" + why);
    }
    if (failure == null && list.isUnconfirmed()) {
      return "The last list of the instances of "
          + name
          + " was empty, unlike the one before; the agent waits for another list to confirm it.";
    }
    return failure == null && !list.isComplete()
        ? "The instances of " + name + " in " + list.unreachableLocations() + " cannot be listed."
        : ExceptionMessages.sentence(
            "The instances of " + name + " have not been listed again yet" + why);
  }

  private final class Source extends ApiSource<ProjectList> {

    @Override
    public CompletableFuture<ProjectList> fetch(boolean force) {
      long start = clock.nanoTime();
      return new AuthorizedCall<>(identity, calls, token -> api.instances(name, token))
          .run()
          .thenApply(list -> ProjectList.of(list, lastList, start));
    }

    /** Lists do not expire. */
    @Override
    public boolean isValid(ProjectList list) {
      return true;
    }

    @Override
    public Throwable invalidityReason(ProjectList list) {
      throw new IllegalStateException("lists are never invalid");
    }

    @Override
    public long refreshDelayMillis(ProjectList list) {
      return jitter.shorten(list.isComplete() ? INTERVAL_MILLIS : PARTIAL_LIST_INTERVAL_MILLIS);
    }
  }

  private final class Recorder implements Refresher.Observer<ProjectList> {

    @Override
    public void succeeded(ProjectList list) {
      ProjectList before;
      synchronized (this) {
        before = lastList;
        if (before != null && list.startNanos() - before.startNanos() < 0) {
          return; // a slow call may end after the retry that overtook it
        }
        lastList = list;
      }
      boolean published = false;
      try {
        listed.run();
        published = true;
      } finally {
        if (!published) {
          // otherwise connections that need this list would fail until the next one
          refresher.requestFetch(false);
        }
      }
      logChanges(before, list);
      String recovery = throttle.recovered();
      if (recovery != null) {
        log.info(name + " can be listed again, " + recovery);
      }
    }

    @Override
    public void failed(Throwable failure, boolean refused, long failingMillis) {
      throttle.failed(
          log,
          ErrorCode.of(failure, ErrorCode.UNEXPECTED),
          failure.getClass().getName(),
          "the instances of " + name + " cannot be listed: " + ExceptionMessages.of(failure));
    }

    private void logChanges(@Nullable ProjectList before, ProjectList now) {
      if (before == null) {
        int count = now.instances().size();
        log.info(
            "discovered in " + name + ": " + count + (count == 1 ? " instance" : " instances"));
      } else {
        for (InstanceName instance : now.instances().keySet()) {
          if (!before.instances().containsKey(instance)) {
            log.about(null, instance.uri()).info("discovered " + instance);
          }
        }
        for (InstanceName instance : before.instances().keySet()) {
          if (!now.instances().containsKey(instance)) {
            log.about(null, instance.uri()).info(instance + " is no longer listed");
          }
        }
      }
      if (now.isUnconfirmed() && (before == null || !before.isUnconfirmed())) {
        log.warn(
            ErrorCode.LISTING_INCOMPLETE,
            name
                + " lists no instances any more: known instances stay mapped until another list confirms this");
      }
      if (!now.unreachableLocations().isEmpty()
          && (before == null
              || !now.unreachableLocations().equals(before.unreachableLocations()))) {
        log.warn(
            ErrorCode.LISTING_INCOMPLETE,
            "the instances of "
                + name
                + " in "
                + now.unreachableLocations()
                + " cannot be listed now: known instances stay mapped, and others are not found");
      }
    }
  }
}
