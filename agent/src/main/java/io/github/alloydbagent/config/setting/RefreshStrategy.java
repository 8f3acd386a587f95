package io.github.alloydbagent.config.setting;

/** When connection info is fetched. */
public enum RefreshStrategy {
  /** Ahead of its end, in the background. */
  BACKGROUND,
  /** When a connection needs it, for where the CPU is throttled between requests. */
  LAZY
}
