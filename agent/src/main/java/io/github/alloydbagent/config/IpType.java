package io.github.alloydbagent.config;

/** Which of an instance's addresses is dialled. */
public enum IpType {
  PRIVATE,
  PUBLIC,
  PSC
}
