package io.github.alloydbagent.config.setting;

/** Whether a host's open tunnels are closed when the host is mapped to another instance. */
public enum OnRemap {
  /** Open tunnels remain until the application closes them. */
  KEEP,
  /** Open tunnels are closed; the application's pool opens new ones, to the other instance. */
  CLOSE
}
