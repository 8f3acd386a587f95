package io.github.alloydbagent.config.setting;

/** What a setting belongs to. From {@link #INSTANCE} on, each is a part of the one before. */
enum SettingScope {
  /** Logs and monitoring: a mistake here must not make connections fail. */
  OBSERVATION,

  /** The agent as a whole. */
  AGENT,

  /** A mapping, which can override the general value. A remap notices a change. */
  INSTANCE,

  /** Also distinguishes identities, which share tokens and certificates. */
  IDENTITY,

  /**
   * Also replaces other credentials: a mapping that sets any of them inherits none of the others.
   */
  CREDENTIALS;

  boolean isWithin(SettingScope other) {
    return compareTo(other) >= 0;
  }
}
