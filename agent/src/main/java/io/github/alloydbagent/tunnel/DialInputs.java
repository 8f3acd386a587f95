package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.refresh.ConnectionInfo;

/** The inputs of a dial: connection info (addresses and client certificate) and token. */
final class DialInputs {
  private final ConnectionInfo info;
  private final String token;

  DialInputs(ConnectionInfo info, String token) {
    this.info = info;
    this.token = token;
  }

  ConnectionInfo info() {
    return info;
  }

  String token() {
    return token;
  }

  /** Returns whether dialing with the other inputs would result in an equivalent tunnel. */
  boolean matches(DialInputs other) {
    return info.certificate() == other.info.certificate()
        && token.equals(other.token)
        && info.addresses().equals(other.info.addresses());
  }

  @Override
  public String toString() {
    return "DialInputs(not shown)";
  }
}
