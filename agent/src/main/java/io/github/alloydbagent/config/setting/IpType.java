package io.github.alloydbagent.config.setting;

/** Which of an instance's addresses is dialled. */
public enum IpType {
  PRIVATE,
  PUBLIC,
  PSC
}
