package io.github.alloydbagent.discovery;

import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.InstanceName;
import io.github.alloydbagent.config.IpType;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.credentials.Causes;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.Scope;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.route.HostPattern;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Interrupts;
import io.github.alloydbagent.time.Jitter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds instances by listing their projects, at the start and again and again, and knows which of
 * them has an address. A connection to an address that nothing is known of yet waits for a list: it
 * could be an instance's, which is never to be reached without a tunnel.
 */
public final class Discovery {

  /** Makes the mapping of an instance under one of its addresses. */
  public interface Mapper {
    /**
     * The mapping, with the settings that hold for an instance that no mapping names.
     *
     * @throws IllegalArgumentException if the address is none
     */
    Mapping map(String address, IpType type, InstanceName instance);
  }

  /** Milliseconds between lists. */
  private static final long INTERVAL = 300_000;

  /** Milliseconds between lists while one fails. */
  private static final long RETRY = 30_000;

  /** Milliseconds for which a list is as good as a new one. */
  private static final long FRESH = 5_000;

  /** Milliseconds that a connection waits at most for a new list, where there is a whole one. */
  private static final long PATIENCE = 3_000;

  /** Hosts that are remembered as unknown to the list: far more than an application connects to. */
  private static final int MOST_UNKNOWN = 10_000;

  private final List<Project> projects = new ArrayList<>();
  private final AdminApi api;
  private final Identity identity;
  private final Mapper mapper;
  private final Executor executor;
  private final ScheduledExecutorService timer;
  private final LongSupplier clock;
  private final Jitter jitter;

  /** Hosts that a list lacked which was made because of them. */
  private final Set<String> unknown = ConcurrentHashMap.newKeySet();

  private final Object lock = new Object();
  private volatile Listing current;
  private @Nullable CompletableFuture<Listing> inFlight;

  /** Until then, the current list is as good as a new one. */
  private long freshUntil = Long.MIN_VALUE;

  /** Counts lists, so that one alone plans the next. */
  private long lists;

  /**
   * @param names of projects, {@code projects/p}
   * @param mapper makes the mapping of an instance under one of its addresses
   * @param executor where the API's answers are waited for
   * @param clock milliseconds
   */
  public Discovery(
      List<String> names,
      AdminApi api,
      Identity identity,
      Mapper mapper,
      Executor executor,
      ScheduledExecutorService timer,
      LongSupplier clock,
      Jitter jitter,
      Log log) {
    for (String name : names) {
      projects.add(new Project(name, clock, log));
    }
    this.api = api;
    this.identity = identity;
    this.mapper = mapper;
    this.executor = executor;
    this.timer = timer;
    this.clock = clock;
    this.jitter = jitter;
    this.current = listing();
  }

  /**
   * Whether this can be an instance's own address: an IP address, or a name for Private Service
   * Connect, such as {@code x.y.us-central1.alloydb-psc.goog}. Any other name is never looked for.
   */
  public static boolean isCandidate(String host) {
    return HostPattern.isAddress(host) || host.toLowerCase(Locale.ROOT).contains("alloydb");
  }

  /** Lists now, and from now on. */
  public void start() {
    CompletableFuture<Listing> unused = list();
  }

  /**
   * The mapping of a host that {@link #isCandidate} is one, or null if it is no instance's. Waits
   * for a list, where there is none that could tell.
   *
   * @throws IOException if nobody can tell by the deadline
   */
  public @Nullable Mapping find(String host, int port, Deadline deadline) throws IOException {
    Listing known = current;
    Mapping mapping = known.find(host, port);
    if (mapping != null || (known.isWhole() && unknown.contains(host))) {
      return mapping;
    }
    Listing next = awaited(list(), known, deadline);
    mapping = next.find(host, port);
    if (mapping != null) {
      return mapping;
    }
    if (!next.isWhole()) {
      throw next.unknown(host);
    }
    if (next != known && unknown.size() < MOST_UNKNOWN) {
      unknown.add(host); // the list was made after the host was asked for
    }
    return null;
  }

  /**
   * Every instance under each of its addresses, from a new list.
   *
   * @throws IOException if a project could not be listed by the deadline; the message says why
   */
  public List<Mapping> all(Deadline deadline) throws IOException {
    Listing listing = awaited(list(), current, deadline);
    if (!listing.isWhole()) {
      throw new IOException(listing.missing());
    }
    return listing.mappings();
  }

  private static Listing awaited(CompletableFuture<Listing> next, Listing known, Deadline deadline)
      throws IOException {
    try {
      long left = deadline.remainingMillis();
      return Interrupts.get(next, known.isWhole() ? Math.min(left, PATIENCE) : left);
    } catch (ExecutionException | TimeoutException e) {
      return known;
    } catch (InterruptedException e) {
      throw new InterruptedIOException("AlloyDB Agent: interrupted while instances were listed");
    }
  }

  /** The list that is under way, or a new one, or the current one where it is fresh. */
  private CompletableFuture<Listing> list() {
    CompletableFuture<Listing> mine = new CompletableFuture<>();
    synchronized (lock) {
      if (inFlight != null) {
        return inFlight;
      }
      if (clock.getAsLong() < freshUntil) {
        return CompletableFuture.completedFuture(current);
      }
      inFlight = mine;
    }
    CompletableFuture<Void> unused =
        identity
            .token(Scope.API)
            .thenAcceptAsync(this::list, executor)
            .whenComplete((nothing, failure) -> settle(mine, failure));
    return mine;
  }

  private void list(String token) {
    for (Project project : projects) {
      try {
        project.listed(api.instances(project.name(), token));
      } catch (IOException | RuntimeException e) {
        project.failed(e);
      }
    }
  }

  private void settle(CompletableFuture<Listing> mine, @Nullable Throwable failure) {
    long quiet = FRESH;
    long next = INTERVAL;
    for (Project project : projects) {
      if (failure != null) { // no token
        project.failed(Causes.unwrapped(failure));
      }
      quiet = Math.max(quiet, project.retryAfterMillis());
      next = project.isToBeTriedSoon() ? RETRY : next;
    }
    Listing listing = listing();
    synchronized (lock) {
      inFlight = null;
      current = listing;
      freshUntil = clock.getAsLong() + quiet;
      lists++;
      schedule(lists, jitter.earlier(Math.max(quiet, next)));
    }
    mine.complete(listing);
  }

  private Listing listing() {
    List<Mapping> mappings = new ArrayList<>();
    StringBuilder missing = new StringBuilder();
    for (Project project : projects) {
      project.addMappings(mapper, mappings);
      String lacking = project.missing();
      missing.append(missing.length() == 0 || lacking.isEmpty() ? "" : " ").append(lacking);
    }
    return new Listing(mappings, missing.toString());
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the timer lives as long as the JVM
  private void schedule(long count, long delayMillis) {
    timer.schedule(() -> startAfter(count), delayMillis, TimeUnit.MILLISECONDS);
  }

  private void startAfter(long count) {
    synchronized (lock) {
      if (lists != count) {
        return; // a connection had one made meanwhile, which planned the next
      }
    }
    start();
  }
}
