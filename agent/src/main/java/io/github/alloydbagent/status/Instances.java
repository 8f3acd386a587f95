package io.github.alloydbagent.status;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The mapped instances, one entry for each instance and identity. Thread-safe. */
public final class Instances {
  private final List<InstanceStatus> all = new CopyOnWriteArrayList<>();

  public void add(InstanceStatus status) {
    all.add(status);
  }

  public void remove(InstanceStatus status) {
    all.remove(status);
  }

  /** Returns a live view of the instances, in the order in which they were added. */
  public Iterable<InstanceStatus> all() {
    return all;
  }
}
