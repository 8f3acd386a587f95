package io.github.alloydbagent.status;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The instances that hosts are mapped to, each as one identity reaches it. Any thread. */
public final class Instances {
  private final List<InstanceStatus> all = new CopyOnWriteArrayList<>();

  public void add(InstanceStatus status) {
    all.add(status);
  }

  public void remove(InstanceStatus status) {
    all.remove(status);
  }

  /** In the order that they came in; changes with them. */
  public Iterable<InstanceStatus> all() {
    return all;
  }
}
