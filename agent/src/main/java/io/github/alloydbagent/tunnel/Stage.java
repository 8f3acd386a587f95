package io.github.alloydbagent.tunnel;

/** The stages of a connection attempt, as messages name them. */
public enum Stage {
  CREDENTIALS("credentials"),
  ADMIN_API("Admin API"),
  TCP("TCP"),
  TLS("TLS"),
  METADATA_EXCHANGE("metadata exchange");

  private final String displayName;

  Stage(String displayName) {
    this.displayName = displayName;
  }

  @Override
  public String toString() {
    return displayName;
  }
}
