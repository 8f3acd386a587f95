package io.github.alloydbagent.config.setting;

/** What becomes of a host's open tunnels when it is mapped to another instance. */
public enum OnRemap {
  /** They stay until the application closes them. */
  KEEP,
  /** They are closed; the application's pool opens new ones, to the other instance. */
  CLOSE
}
