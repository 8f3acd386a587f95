package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.refresh.ConnectionInfo;

/** What a tunnel is made on: where the instance is, which certificate and token it is shown. */
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

  /** Whether a tunnel that was made on those would be made in the same way on these. */
  boolean matches(DialInputs those) {
    return info.certificate() == those.info.certificate()
        && token.equals(those.token)
        && info.addresses().equals(those.info.addresses());
  }

  @Override
  public String toString() {
    return "terms, not shown";
  }
}
