package io.github.alloydbagent.config;

/** A setting's value that holds, and where it comes from; for people, without secrets. */
public final class EffectiveSetting {
  private final String name;
  private final String value;
  private final String place;

  EffectiveSetting(String name, String value, String place) {
    this.name = name;
    this.value = value;
    this.place = place;
  }

  public String name() {
    return name;
  }

  /** As it was written; empty where nothing is set and nothing stands for it. */
  public String value() {
    return value;
  }

  /** {@code environment variable ALLOYDB_AGENT_IP_TYPE}, or {@code default}. */
  public String place() {
    return place;
  }
}
