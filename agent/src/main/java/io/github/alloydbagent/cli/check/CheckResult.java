package io.github.alloydbagent.cli.check;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The result of a whole check. */
final class CheckResult {
  final Step settings;
  final List<HostResult> hosts;

  /** A failure before any host was checked; null if there was none. */
  final @Nullable String failure;

  CheckResult(Step settings, List<HostResult> hosts, @Nullable String failure) {
    this.settings = settings;
    this.hosts = hosts;
    this.failure = failure;
  }

  int failureCount() {
    int failures = failure == null ? 0 : 1;
    for (HostResult host : hosts) {
      failures += host.failure == null ? 0 : 1;
    }
    return failures;
  }
}
