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
 * Discovers instances by listing their projects, at the start and every five minutes, and maps
 * their addresses to them. A connection to an unknown address waits for a new list, because the
 * address may be that of an instance, which must not be reached without a tunnel. An address
 * belongs to no instance only if every project was listed completely after the address was first
 * requested.
 */
public final class Discovery {

  /** Creates mappings for discovered instances. */
  public interface Mapper {
    /**
     * Returns the mapping of one address of an instance, with the settings for instances that no
     * mapping in the settings names.
     *
     * @throws IllegalArgumentException if the address is invalid
     */
    Mapping map(String address, IpType type, InstanceName instance);
  }

  private final List<Project> projects = new ArrayList<>();
  private final Mapper mapper;
  private final Consumer<List<Mapping>> listener;
  private final Clock clock;
  private final RequestedHosts requestedHosts;
  private final Object lock = new Object();
  private volatile Listing current;

  /**
   * Creates the discovery of some projects; lists nothing before it is started or a connection
   * waits.
   *
   * @param names names of the projects, {@code projects/p}
   * @param mapper creates the mapping of each address of an instance
   * @param listener receives all mappings after each list, before connections use them
   * @param timer runs only short tasks that do not block
   * @param executor runs the blocking calls of the API
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
    this.requestedHosts = new RequestedHosts(clock);
    for (String name : names) {
      projects.add(
          new Project(name, api, identity, timer, executor, clock, jitter, log, this::publish));
    }
    this.current =
        new Listing(
            Collections.emptyList(),
            false,
            Collections.nCopies(names.size(), (@Nullable Long) null));
  }

  /**
   * Returns whether the host can be the address of an instance: an IP address, or a name for
   * Private Service Connect, such as {@code x.y.us-central1.alloydb-psc.goog}. Other names are
   * never looked up in the lists.
   */
  public static boolean isCandidate(String host) {
    return HostPattern.isAddress(host) || HostPattern.canonical(host).contains("alloydb");
  }

  /** Lists the projects now, and every few minutes from now on. */
  public void start() {
    for (Project project : projects) {
      project.start();
    }
  }

  /**
   * Returns the mapping of a host for which {@link #isCandidate} returns true, or null if it is not
   * the address of an instance. Waits for new lists if the current ones cannot decide.
   *
   * @throws IOException if this is not known by the deadline; the message contains the reason
   */
  public @Nullable Mapping find(String host, int port, Deadline deadline) throws IOException {
    return await(lookUp(host, port, deadline), host, deadline);
  }

  /** Like {@link #find}, without blocking; the future fails with the same exceptions. */
  public CompletableFuture<@Nullable Mapping> lookUp(String host, int port, Deadline deadline) {
    CompletableFuture<@Nullable Mapping> result = new CompletableFuture<>();
    try {
      Listing listing = current;
      boolean isDoubtful = listing.isDoubtful(host, port);
      Mapping known = isDoubtful ? null : listing.find(host, port);
      if (known != null) {
        result.complete(known);
        for (Project project : projects) {
          project.listSoonIfFailing(deadline);
        }
        return result;
      }
      long since = isDoubtful ? clock.nanoTime() : requestedHosts.firstRequestNanos(host, port);
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

  /**
   * Completes the result as soon as one project contains the host, without waiting for the others.
   */
  private void completeIfFound(String host, int port, CompletableFuture<@Nullable Mapping> result) {
    try {
      Mapping mapping = current.find(host, port);
      if (mapping != null) {
        result.complete(mapping);
      }
    } catch (IOException e) {
      // the host is ambiguous; the list of another project may change that
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

  /**
   * Reads {@link #current} once, so that the addresses and the completeness are those of the same
   * listing.
   */
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
   * Returns the mappings of all addresses of all instances, from new lists.
   *
   * @throws IOException if a project cannot be listed by the deadline; the message contains the
   *     reason
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
      // the listing below shows which projects are missing
    } catch (InterruptedException e) {
      throw interrupted();
    }
    Listing listing = current;
    if (!listing.isCompleteSince(now)) {
      throw new CodedException(ErrorCode.INSTANCES_UNKNOWN, missing(listing, now));
    }
    return listing.mappings();
  }

  /** Combines the lists of all projects; called by each project after it was listed. */
  private void publish() {
    synchronized (lock) {
      List<Mapping> mappings = new ArrayList<>();
      boolean isComplete = true;
      List<@Nullable Long> completeSince = new ArrayList<>();
      for (int i = 0; i < projects.size(); i++) {
        Project project = projects.get(i);
        ProjectList list = project.lastList();
        project.addMappings(mapper, mappings);
        if (list != null && list.isComplete()) {
          completeSince.add(list.startNanos());
        } else {
          completeSince.add(current.completeSince(i));
          isComplete = false;
        }
      }
      requestedHosts.recordListed(mappings);
      listener.accept(Collections.unmodifiableList(mappings));
      current = new Listing(mappings, isComplete, completeSince);
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
                + ": it may be the address of an instance that has not been discovered yet. "
                + missing(listing, since)
                + " Map the host with the setting instances, or remove the project from discover."));
  }

  private String missing(Listing listing, long since) {
    StringBuilder missing = new StringBuilder();
    for (int i = 0; i < projects.size(); i++) {
      Long start = listing.completeSince(i);
      if (start == null || start - since <= 0) {
        missing.append(missing.length() == 0 ? "" : " ").append(projects.get(i).unknownReason());
      }
    }
    return missing.toString();
  }
}
