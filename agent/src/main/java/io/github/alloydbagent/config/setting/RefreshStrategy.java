package io.github.alloydbagent.config.setting;

/** When connection info is fetched. */
public enum RefreshStrategy {
  /** In the background, before it expires. */
  BACKGROUND,
  /** When a connection needs it; for environments that throttle the CPU between requests. */
  LAZY
}
