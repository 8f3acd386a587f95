package io.github.alloydbagent.web;

import io.github.alloydbagent.status.InstanceStatus;
import java.io.IOException;

/** Tries whether an instance can be reached. */
public interface Dialling {

  /**
   * Makes a tunnel, and closes it.
   *
   * @throws IOException if there is none by the deadline of the instance's settings
   */
  void dial(InstanceStatus status) throws IOException;
}
