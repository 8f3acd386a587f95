package io.github.alloydbagent.discovery;

import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.admin.AdminApi;
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

/** One project, whose instances are listed every few minutes. */
final class Project {

  /** Milliseconds between lists. */
  private static final long INTERVAL = 300_000;

  /** Milliseconds until the next list where one lacks a location. */
  private static final long INTERVAL_OF_PARTIAL_LISTS = 60_000;

  /** Lists that connections to unknown addresses cause: three, then one in five seconds. */
  private static final int BURST = 3;

  private static final long BURST_INTERVAL = 5_000;

  private final String name;
  private final AdminApi api;
  private final Identity identity;
  private final Executor executor;
  private final Clock clock;
  private final Jitter jitter;
  private final Log log;
  private final Runnable listed;
  private final FailureThrottle trouble;
  private final Refresher<ProjectList> refresher;

  /** Warnings about addresses that were logged; each list would repeat them. */
  private final Set<String> warned = Collections.synchronizedSet(new HashSet<>());

  private volatile @Nullable ProjectList known;

  /** Of the last connection that had a list that failed retried quickly. */
  private volatile @Nullable CompletableFuture<ProjectList> hurried;

  /**
   * @param name {@code projects/p}
   * @param timer its tasks take no time
   * @param executor where the API's answers are waited for
   * @param listed called after each list, before anyone who waits for it gets it
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
    this.executor = executor;
    this.clock = clock;
    this.jitter = jitter;
    this.log = log;
    this.listed = listed;
    this.trouble = new FailureThrottle(clock);
    this.refresher =
        new Refresher<>(
            new Source(),
            new Recorder(),
            timer,
            clock,
            jitter,
            new RateLimit(BURST, BURST_INTERVAL));
  }

  /** Lists now, and from now on. */
  void start() {
    refresher.start();
  }

  /** The last list; null before the first one. */
  @Nullable ProjectList known() {
    return known;
  }

  /** A list that started after that time of the monotonic clock, by the deadline. */
  CompletableFuture<ProjectList> listedAfter(long nanos, Deadline deadline) {
    return refresher.fetchedAfter(nanos, deadline);
  }

  /**
   * Has lists that fail retried as quickly as for a caller that waits: an address that is known may
   * have become another instance's meanwhile.
   */
  void listSoonIfFailing(Deadline deadline) {
    // one such caller is enough: there may be thousands of connections a second
    CompletableFuture<ProjectList> waiting = hurried;
    if (refresher.lastFailure() != null && (waiting == null || waiting.isDone())) {
      hurried = listedAfter(clock.nanoTime(), deadline);
    }
  }

  void addMappings(Discovery.Mapper mapper, List<Mapping> mappings) {
    ProjectList list = known;
    if (list != null) {
      for (Map.Entry<InstanceName, Addresses> instance : list.instances().entrySet()) {
        Addresses addresses = instance.getValue();
        add(addresses.privateIp(), IpType.PRIVATE, instance.getKey(), mapper, mappings);
        add(addresses.publicIp(), IpType.PUBLIC, instance.getKey(), mapper, mappings);
        add(addresses.pscName(), IpType.PSC, instance.getKey(), mapper, mappings);
      }
    }
  }

  private void add(
      @Nullable String address,
      IpType type,
      InstanceName instance,
      Discovery.Mapper mapper,
      List<Mapping> mappings) {
    if (address != null) {
      try {
        mappings.add(mapper.map(address, type, instance));
      } catch (IllegalArgumentException e) {
        String warning =
            instance + " reports the invalid address \"" + address + "\"; it is ignored";
        if (warned.add(warning)) {
          log.about(null, instance.uri()).warn(ErrorCode.ADDRESS_INVALID, warning);
        }
      }
    }
  }

  /** Why it is not known whether an address is one of this project's, as a sentence. */
  String missing() {
    ProjectList list = known;
    Throwable failure = refresher.lastFailure();
    String why = failure == null ? "" : ": " + ExceptionMessages.of(failure);
    if (list == null) {
      return ExceptionMessages.sentence("The instances of " + name + " are not known yet" + why);
    }
    return failure == null && !list.isComplete()
        ? "The instances of " + name + " in " + list.unreachable() + " cannot be listed."
        : ExceptionMessages.sentence(
            "The instances of " + name + " have not been listed again yet" + why);
  }

  private final class Source extends ApiSource<ProjectList> {

    @Override
    public CompletableFuture<ProjectList> fetch(boolean force) {
      long start = clock.nanoTime();
      return new AuthorizedCall<>(identity, executor, token -> api.instances(name, token))
          .answer()
          .thenApply(list -> ProjectList.of(list, known, start));
    }

    /** What is known stays, however old it is. */
    @Override
    public boolean isValid(ProjectList list) {
      return true;
    }

    @Override
    public Throwable invalid(ProjectList list) {
      throw new IllegalStateException("lists are never invalid");
    }

    @Override
    public long refreshDelayMillis(ProjectList list) {
      return jitter.earlier(list.isComplete() ? INTERVAL : INTERVAL_OF_PARTIAL_LISTS);
    }

    @Override
    public boolean isDue(ProjectList list) {
      return false;
    }

    @Override
    public boolean dependsOnWallClock() {
      return false;
    }
  }

  private final class Recorder implements Refresher.Observer<ProjectList> {

    @Override
    public void succeeded(ProjectList list) {
      ProjectList before;
      synchronized (this) {
        before = known;
        if (before != null && list.startNanos() - before.startNanos() < 0) {
          return; // a server that answers again answers a slow call and its retry at the same time
        }
        known = list;
      }
      boolean published = false;
      try {
        listed.run();
        published = true;
      } finally {
        if (!published) {
          refresher.want(false); // or connections that need this list would fail until the next
        }
      }
      logChanges(before, list);
      String recovery = trouble.over();
      if (recovery != null) {
        log.info(name + " can be listed again, " + recovery);
      }
    }

    @Override
    public void failed(Throwable failure, boolean refused, long failingMillis) {
      trouble.failed(
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
      if (!now.isComplete()
          && (before == null || !now.unreachable().equals(before.unreachable()))) {
        log.warn(
            ErrorCode.LISTING_INCOMPLETE,
            "the instances of "
                + name
                + " in "
                + now.unreachable()
                + " cannot be listed now: those known before stay mapped, others are not found");
      }
    }
  }
}
