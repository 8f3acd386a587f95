package io.github.alloydbagent.config;

/** A setting's value in effect and its source, for output; does not contain secrets. */
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

  /** Returns the value as it was written; empty if it is not set and has no default. */
  public String value() {
    return value;
  }

  /**
   * Returns the source of the value: {@code environment variable ALLOYDB_AGENT_IP_TYPE}, or {@code
   * default}.
   */
  public String place() {
    return place;
  }

  boolean isDefault() {
    return place.equals("default") || place.equals("default here");
  }

  @Override
  public String toString() {
    return name + ": " + value + " (" + place + ")";
  }
}
