package io.github.alloydbagent.tunnel;

/** The steps of making a connection, as messages name them. */
public enum Stage {
  CREDENTIALS("credentials"),
  ADMIN_API("Admin API"),
  TCP("TCP"),
  TLS("TLS"),
  METADATA_EXCHANGE("metadata exchange");

  private final String words;

  Stage(String words) {
    this.words = words;
  }

  @Override
  public String toString() {
    return words;
  }
}
