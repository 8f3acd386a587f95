package io.github.alloydbagent.status;

/** The kinds of {@link Events}. */
public enum EventKind {
  CONNECT,
  REFRESH,
  TUNNEL_CLOSED
}
