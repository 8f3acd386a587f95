package io.github.alloydbagent.it;

import io.github.alloydbagent.local.LocalInstance;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Another port of an instance's private address, which forwards to its server-side proxy. */
final class OtherPort extends ForwardingProxy {
  private final String proxy;

  OtherPort(LocalInstance instance) throws IOException {
    super(String.valueOf(instance.addresses().privateIp()));
    proxy = instance.addresses().privateIp() + ":5433";
  }

  @Override
  String target(InputStream in, OutputStream out) {
    return proxy;
  }

  @Override
  String standIn(String target) {
    return target;
  }

  @Override
  void connected(OutputStream out) {}
}
