package io.github.alloydbagent.driver;

import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/** The parameters of one constructor of a driver's {@code PGStream}, and how it opens sockets. */
final class StreamConstructor {

  /** What is woven into a constructor. */
  enum Weaving {
    /**
     * {@link DriverHooks#FACTORY} and {@link DriverHooks#ADDRESS}: replaces the socket factory, and
     * does not resolve the host name.
     */
    FACTORY,
    /**
     * {@link DriverHooks#SOCKET} and {@link DriverHooks#ADDRESS}: replaces {@code new Socket()} and
     * {@code new InetSocketAddress(String, int)}.
     */
    SOCKET,
    /** {@link DriverHooks#CONNECTED_SOCKET}: replaces {@code new Socket(String, int)}. */
    CONNECTED_SOCKET,
    /** Nothing: the constructor calls another one, or copies a stream with its socket factory. */
    NONE,
    /** {@link DriverHooks#REFUSE}: the shape is unknown, so mapped hosts are refused. */
    REFUSE
  }

  static final String SOCKET_FACTORY = "javax/net/SocketFactory";

  final String descriptor;
  private final String owner;
  private final Type[] parameters;

  // StreamShape sets these while it reads the bytecode:
  int unconnected; // new Socket()
  int connected; // new Socket(String, int)
  int addresses; // new InetSocketAddress(String, int)
  int otherAddresses;
  boolean odd; // has code that no known driver has
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

  /**
   * Returns the local variable of the host specification, which is the first parameter or follows
   * the socket factory.
   */
  int hostSpec() {
    return takesFactory() ? 2 : 1;
  }

  /** Returns the local variable of the timeout, or -1 if there is none. */
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

  /** Returns what to weave, unless the rest of the class rules it out. */
  Weaving weaving(boolean classUsesFactory) {
    if (!opensByItself() && (onlyDelegates() || isCopy())) {
      return Weaving.NONE;
    }
    if (odd) {
      return Weaving.REFUSE;
    }
    if (takesFactory() && isHostSpec(1) && areInts(2, 0, 2)) {
      return classUsesFactory && !opensByItself() ? Weaving.FACTORY : Weaving.REFUSE;
    }
    if (isHostSpec(0) && areInts(1, 0, 1)) {
      return unconnected == 1 && connected == 0 && addresses > 0 && otherAddresses == 0
          ? Weaving.SOCKET
          : Weaving.REFUSE;
    }
    if (is(0, "java/lang/String") && areInts(1, 1, 1)) {
      return connected == 1 && unconnected == 0 ? Weaving.CONNECTED_SOCKET : Weaving.REFUSE;
    }
    return Weaving.REFUSE;
  }

  /**
   * Returns the only host specification among parameters that cannot hold another host, or null.
   */
  @Nullable Type onlyHostSpec() {
    Type found = null;
    for (int i = 0; i < parameters.length; i++) {
      if (isHostSpec(i) && found == null) {
        found = parameters[i];
      } else if (parameters[i].getSort() >= Type.ARRAY && !is(i, SOCKET_FACTORY)) {
        return null;
      }
    }
    return found;
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

  /**
   * Returns whether the remaining parameters are all ints and their number is between min and max.
   */
  private boolean areInts(int from, int min, int max) {
    int count = parameters.length - from;
    for (int i = from; i < parameters.length; i++) {
      if (parameters[i].getSort() != Type.INT) {
        return false;
      }
    }
    return count >= min && count <= max;
  }
}
