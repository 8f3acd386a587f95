package io.github.alloydbagent.discovery;

import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.admin.ApiException;
import io.github.alloydbagent.admin.InstanceList;
import io.github.alloydbagent.config.InstanceName;
import io.github.alloydbagent.config.IpType;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.credentials.Causes;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.Trouble;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What is known of one project. For one thread at a time. */
final class Project {

  private final String name;
  private final Log log;
  private Map<InstanceName, Addresses> instances = new LinkedHashMap<>();

  /** Locations whose instances were never listed; null before the first list. */
  private @Nullable TreeSet<String> missing;

  private @Nullable Throwable failure;
  private final Trouble trouble;

  /** What was said of addresses, which each list has anew. */
  private final Set<String> told = new HashSet<>();

  /**
   * @param name {@code projects/p}
   * @param clock milliseconds
   */
  Project(String name, LongSupplier clock, Log log) {
    this.name = name;
    this.trouble = new Trouble(clock);
    this.log = log;
  }

  String name() {
    return name;
  }

  /** Takes a list; of the locations that it lacks, what is known from before stays. */
  void listed(InstanceList list) {
    Map<InstanceName, Addresses> now = new LinkedHashMap<>(list.instances());
    for (Map.Entry<InstanceName, Addresses> known : instances.entrySet()) {
      if (list.unreachable().contains(known.getKey().location())) {
        now.putIfAbsent(known.getKey(), known.getValue());
      }
    }
    boolean first = missing == null;
    TreeSet<String> unlisted = new TreeSet<>(list.unreachable());
    if (missing != null) {
      unlisted.retainAll(missing);
    }
    if (first) {
      log.info("discovered in " + name + ": " + counted(now.size()));
    } else {
      logChanges(now);
    }
    String after = trouble.over();
    if (after != null) {
      log.info(name + " can be listed again, " + after);
    }
    if (!unlisted.isEmpty() && !unlisted.equals(missing)) {
      log.warn(
          "the instances of " + name + " in " + unlisted + " cannot be listed, nor be found, now");
    }
    instances = now;
    missing = unlisted;
    failure = null;
  }

  /** Takes note that there is no list; what is known from before stays. */
  void failed(Throwable cause) {
    failure = cause;
    trouble.failed(
        log,
        cause.getClass().getName(),
        "the instances of " + name + " cannot be listed: " + Causes.of(cause));
  }

  /** How long the API asks to be left alone, in milliseconds. */
  long retryAfterMillis() {
    return failure instanceof ApiException ? ((ApiException) failure).retryAfterMillis() : 0;
  }

  /** Whether the last list failed for a reason that may pass by itself. */
  boolean isToBeTriedSoon() {
    return failure != null
        && !(failure instanceof ApiException && ((ApiException) failure).isTerminal());
  }

  void addMappings(Discovery.Mapper mapper, List<Mapping> mappings) {
    for (Map.Entry<InstanceName, Addresses> instance : instances.entrySet()) {
      Addresses addresses = instance.getValue();
      add(addresses.privateIp(), IpType.PRIVATE, instance.getKey(), mapper, mappings);
      add(addresses.publicIp(), IpType.PUBLIC, instance.getKey(), mapper, mappings);
      add(addresses.pscName(), IpType.PSC, instance.getKey(), mapper, mappings);
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
        String found = instance + " has the address \"" + address + "\", which is none";
        if (told.add(found)) {
          log.about(null, instance.uri()).warn(found);
        }
      }
    }
  }

  /** What is not known and why, as a sentence; empty if all is. */
  String missing() {
    if (missing == null) {
      return Causes.sentence(
          "The instances of "
              + name
              + " are not known yet"
              + (failure == null ? "" : ": " + Causes.of(failure)));
    }
    return missing.isEmpty()
        ? ""
        : "The instances of " + name + " in " + missing + " could not be listed yet.";
  }

  private void logChanges(Map<InstanceName, Addresses> now) {
    for (InstanceName name : now.keySet()) {
      if (!instances.containsKey(name)) {
        log.about(null, name.uri()).info("discovered " + name);
      }
    }
    for (InstanceName name : instances.keySet()) {
      if (!now.containsKey(name)) {
        log.about(null, name.uri()).info(name + " is no longer listed");
      }
    }
  }

  private static String counted(int instances) {
    return instances == 1 ? "1 instance" : instances + " instances";
  }
}
