package io.github.alloydbagent.driver;

import net.bytebuddy.jar.asm.Type;

/** What one constructor of a driver's {@code PGStream} takes, and how it opens sockets. */
final class StreamConstructor {

  /** What is woven into it. */
  enum Weaving {
    /** Hooks A and A': the socket factory is replaced, and the name not resolved. */
    FACTORY,
    /** Hook B: {@code new Socket()} and {@code new InetSocketAddress(String, int)}. */
    SOCKET,
    /** Hook C: {@code new Socket(String, int)}. */
    CONNECTED_SOCKET,
    /** It calls another constructor, or copies a stream with its socket factory. */
    NONE,
    /** Not understood: mapped hosts are refused. */
    REFUSE
  }

  static final String SOCKET_FACTORY = "javax/net/SocketFactory";

  final String descriptor;
  private final String owner;
  private final Type[] parameters;

  // counted while reading
  int unconnected; // new Socket()
  int connected; // new Socket(String, int)
  int addresses; // new InetSocketAddress(String, int)
  int otherAddresses;
  boolean odd; // code of a kind that no known driver has
  boolean delegates;
  boolean callsSuper;

  StreamConstructor(String owner, String descriptor) {
    this.owner = owner;
    this.descriptor = descriptor;
    this.parameters = Type.getArgumentTypes(descriptor);
  }

  Type[] parameters() {
    return parameters;
  }

  /** The local variable of the host's specification: after the socket factory, or the first. */
  int hostSpec() {
    return takesFactory() ? 2 : 1;
  }

  /** The local variable of the timeout, or -1. */
  int timeout() {
    int timeout = hostSpec() + 1;
    return parameters.length >= timeout ? timeout : -1;
  }

  boolean opensByItself() {
    return unconnected + connected > 0;
  }

  boolean isCopy() {
    return is(0, owner);
  }

  boolean onlyDelegates() {
    return delegates && !callsSuper;
  }

  /** What to weave, if nothing in the rest of the class speaks against it. */
  Weaving weaving(boolean classUsesFactory) {
    if (!opensByItself() && (onlyDelegates() || isCopy())) {
      return Weaving.NONE;
    }
    if (odd) {
      return Weaving.REFUSE;
    }
    if (takesFactory() && isHostSpec(1) && ints(2, 0, 2)) {
      return classUsesFactory && !opensByItself() ? Weaving.FACTORY : Weaving.REFUSE;
    }
    if (isHostSpec(0) && ints(1, 0, 1)) {
      return unconnected == 1 && connected == 0 && addresses > 0 && otherAddresses == 0
          ? Weaving.SOCKET
          : Weaving.REFUSE;
    }
    if (is(0, "java/lang/String") && ints(1, 1, 1)) {
      return connected == 1 && unconnected == 0 ? Weaving.CONNECTED_SOCKET : Weaving.REFUSE;
    }
    return Weaving.REFUSE;
  }

  private boolean takesFactory() {
    return is(0, SOCKET_FACTORY);
  }

  private boolean isHostSpec(int index) {
    return index < parameters.length
        && parameters[index].getSort() == Type.OBJECT
        && parameters[index].getInternalName().endsWith("/HostSpec");
  }

  private boolean is(int index, String name) {
    return index < parameters.length
        && parameters[index].getSort() == Type.OBJECT
        && parameters[index].getInternalName().equals(name);
  }

  /** Whether all that follows are ints, so many at least and at most. */
  private boolean ints(int from, int least, int most) {
    int count = parameters.length - from;
    for (int i = from; i < parameters.length; i++) {
      if (parameters[i].getSort() != Type.INT) {
        return false;
      }
    }
    return count >= least && count <= most;
  }
}
