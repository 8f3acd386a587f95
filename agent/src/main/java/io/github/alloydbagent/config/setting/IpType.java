package io.github.alloydbagent.config.setting;

/** The types of addresses that an instance can have. */
public enum IpType {
  PRIVATE,
  PUBLIC,
  PSC
}
