package io.github.alloydbagent.cli.check;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The result of checking one host. */
final class HostResult {
  final String host;

  /** Empty if the host is not mapped. */
  final String instance;

  final List<Step> steps;

  /** The reason for a failure and how to fix it; null if all steps succeeded. */
  final @Nullable String failure;

  HostResult(String host, String instance, List<Step> steps, @Nullable String failure) {
    this.host = host;
    this.instance = instance;
    this.steps = steps;
    this.failure = failure;
  }
}
