package io.github.alloydbagent.web;

import io.github.alloydbagent.status.InstanceStatus;
import java.io.IOException;

/** Checks whether an instance can be reached. */
public interface InstanceDialer {

  /**
   * Opens a tunnel to the instance, and closes it.
   *
   * @throws IOException if this fails, or takes longer than the {@code connect-timeout} of the
   *     instance
   */
  void dial(InstanceStatus status) throws IOException;
}
