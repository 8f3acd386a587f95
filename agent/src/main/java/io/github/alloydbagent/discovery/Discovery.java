package io.github.alloydbagent.discovery;

import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.route.HostPattern;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Interrupts;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.util.CodedException;
import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds instances by listing their projects, at the start and every few minutes, and knows which of
 * them has an address. A connection to an address that nothing is known about waits for a list: it
 * could be an instance's, which must not be reached without a tunnel. It is not an instance's only
 * if every project was listed completely after the address was first asked for.
 */
public final class Discovery {

  /** Makes the mapping of an instance under one of its addresses. */
  public interface Mapper {
    /**
     * The mapping, with the settings that apply to an instance that no mapping names.
     *
     * @throws IllegalArgumentException if the address is invalid
     */
    Mapping map(String address, IpType type, InstanceName instance);
  }

  private final List<Project> projects = new ArrayList<>();
  private final Mapper mapper;
  private final Consumer<List<Mapping>> listener;
  private final Clock clock;
  private final RequestedHosts asked;
  private final Object lock = new Object();
  private volatile Listing current;

  /**
   * @param names of projects, {@code projects/p}
   * @param mapper makes the mapping of an instance under one of its addresses
   * @param listener gets all mappings each time a list has come, before connections use them
   * @param timer its tasks take no time
   * @param executor where the API's answers are waited for
   */
  public Discovery(
      List<String> names,
      AdminApi api,
      Identity identity,
      Mapper mapper,
      Consumer<List<Mapping>> listener,
      ScheduledExecutorService timer,
      Executor executor,
      Clock clock,
      Jitter jitter,
      Log log) {
    this.mapper = mapper;
    this.listener = listener;
    this.clock = clock;
    this.asked = new RequestedHosts(clock);
    for (String name : names) {
      projects.add(
          new Project(name, api, identity, timer, executor, clock, jitter, log, this::publish));
    }
    this.current =
        new Listing(
            Collections.emptyList(), Collections.nCopies(names.size(), (@Nullable Long) null));
  }

  /**
   * Whether this can be an instance's own address: an IP address, or a name for Private Service
   * Connect, such as {@code x.y.us-central1.alloydb-psc.goog}. Any other name is never looked for.
   */
  public static boolean isCandidate(String host) {
    return HostPattern.isAddress(host) || HostPattern.canonical(host).contains("alloydb");
  }

  /** Lists now, and from now on. */
  public void start() {
    for (Project project : projects) {
      project.start();
    }
  }

  /**
   * The mapping of a host that {@link #isCandidate} is one, or null if it is not an instance's.
   * Waits for lists, if those that there are cannot tell.
   *
   * @throws IOException if it is not known by the deadline; the message says why
   */
  public @Nullable Mapping find(String host, int port, Deadline deadline) throws IOException {
    return await(lookUp(host, port, deadline), host, deadline);
  }

  /** As {@link #find}, without blocking: fails as it does. */
  public CompletableFuture<@Nullable Mapping> lookUp(String host, int port, Deadline deadline) {
    CompletableFuture<@Nullable Mapping> result = new CompletableFuture<>();
    try {
      Mapping known = current.find(host, port);
      if (known != null) {
        result.complete(known);
        for (Project project : projects) {
          project.listSoonIfFailing(deadline);
        }
        return result;
      }
      long since = asked.firstAsked(host, port);
      if (current.isCompleteSince(since)) {
        result.complete(conclude(host, port, since));
        return result;
      }
      List<CompletableFuture<?>> lists = new ArrayList<>();
      for (Project project : projects) {
        lists.add(
            project
                .listedAfter(since, deadline)
                .thenAccept(list -> completeIfFound(host, port, result)));
      }
      CompletableFuture<Void> unused =
          all(lists).whenComplete((nothing, failure) -> conclude(host, port, since, result));
    } catch (IOException e) {
      result.completeExceptionally(e);
    }
    return result;
  }

  /** As soon as one project has it: the others need not be waited for. */
  private void completeIfFound(String host, int port, CompletableFuture<@Nullable Mapping> result) {
    try {
      Mapping mapping = current.find(host, port);
      if (mapping != null) {
        result.complete(mapping);
      }
    } catch (IOException e) {
      result.completeExceptionally(e);
    }
  }

  private void conclude(
      String host, int port, long since, CompletableFuture<@Nullable Mapping> result) {
    try {
      result.complete(conclude(host, port, since));
    } catch (Throwable e) {
      result.completeExceptionally(e);
    }
  }

  /** Reads one listing, so that its addresses and its completeness are of the same time. */
  private @Nullable Mapping conclude(String host, int port, long since) throws IOException {
    Listing listing = current;
    Mapping mapping = listing.find(host, port);
    if (mapping == null && !listing.isCompleteSince(since)) {
      throw unknown(host, listing, since);
    }
    return mapping;
  }

  private static CompletableFuture<Void> all(List<CompletableFuture<?>> futures) {
    return CompletableFuture.allOf(futures.toArray(new CompletableFuture<?>[0]));
  }

  /**
   * Every instance under each of its addresses, from new lists.
   *
   * @throws IOException if a project could not be listed by the deadline; the message says why
   */
  public List<Mapping> all(Deadline deadline) throws IOException {
    long now = clock.nanoTime();
    List<CompletableFuture<?>> lists = new ArrayList<>();
    for (Project project : projects) {
      lists.add(project.listedAfter(now, deadline));
    }
    try {
      Object unused = Interrupts.get(all(lists), deadline.remainingMillis());
    } catch (ExecutionException | TimeoutException e) {
      // the listing says what is missing
    } catch (InterruptedException e) {
      throw interrupted();
    }
    Listing listing = current;
    if (!listing.isCompleteSince(now)) {
      throw new CodedException(ErrorCode.INSTANCES_UNKNOWN, missing(listing, now));
    }
    return listing.mappings();
  }

  /** Called by projects when they have been listed. */
  private void publish() {
    synchronized (lock) {
      List<Mapping> mappings = new ArrayList<>();
      List<@Nullable Long> completeSince = new ArrayList<>();
      for (int i = 0; i < projects.size(); i++) {
        Project project = projects.get(i);
        ProjectList list = project.known();
        project.addMappings(mapper, mappings);
        completeSince.add(
            list != null && list.isComplete()
                ? (Long) list.startNanos()
                : current.completeSince(i));
      }
      asked.listed(mappings);
      listener.accept(Collections.unmodifiableList(mappings));
      current = new Listing(mappings, completeSince);
    }
  }

  private static @Nullable Mapping await(
      CompletableFuture<@Nullable Mapping> found, String host, Deadline deadline)
      throws IOException {
    try {
      return Interrupts.get(found, deadline.remainingMillis() + 1);
    } catch (ExecutionException e) {
      throw asIoException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException(
          ErrorCode.LISTING_TIMEOUT.driverMessage(
              "no connection to host "
                  + host
                  + ": no list of instances within "
                  + deadline.totalMillis()
                  + " ms"));
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static IOException asIoException(@Nullable Throwable failure) {
    Throwable cause =
        failure == null ? new CompletionException(null) : ExceptionMessages.unwrapped(failure);
    return cause instanceof IOException ? (IOException) cause : new IOException(cause);
  }

  private static InterruptedIOException interrupted() {
    return new InterruptedIOException(
        ErrorCode.INTERRUPTED.driverMessage("interrupted while instances were listed"));
  }

  private IOException unknown(String host, Listing listing, long since) {
    return new IOException(
        ErrorCode.INSTANCES_UNKNOWN.driverMessage(
            "no connection to host "
                + host
                + ": it may be an address of an instance that is to be discovered. "
                + missing(listing, since)
                + " Map the host with the setting instances, or remove the project from discover."));
  }

  private String missing(Listing listing, long since) {
    StringBuilder missing = new StringBuilder();
    for (int i = 0; i < projects.size(); i++) {
      Long start = listing.completeSince(i);
      if (start == null || start - since <= 0) {
        missing.append(missing.length() == 0 ? "" : " ").append(projects.get(i).missing());
      }
    }
    return missing.toString();
  }
}
