package io.github.alloydbagent.jmx;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.util.ErrorCode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.jspecify.annotations.Nullable;

/** Registers one bean per instance with the platform MBean server. Not thread-safe. */
final class Beans {
  private static final String NAME = "io.github.alloydbagent:type=Instance,name=";

  private final MBeanServer server;
  private final Log log;
  private final Map<InstanceStatus, ObjectName> names = new HashMap<>();

  private Beans(MBeanServer server, Log log) {
    this.server = server;
    this.log = log;
  }

  /** Returns the beans of the platform's server, or null if it is not among the given servers. */
  static @Nullable Beans find(List<MBeanServer> servers, Log log) {
    for (MBeanServer server : servers) {
      if (isPlatformServer(server)) {
        return new Beans(server, log);
      }
    }
    return null;
  }

  /**
   * Returns whether the server contains the JVM's own beans, which other servers of an application
   * lack.
   */
  private static boolean isPlatformServer(MBeanServer server) {
    try {
      return server.isRegistered(new ObjectName("java.lang:type=Runtime"));
    } catch (JMException e) {
      throw new IllegalStateException(e); // the name is valid
    }
  }

  /** Returns whether the registered beans are those of the given instances; calls no server. */
  boolean match(Iterable<InstanceStatus> instances) {
    Set<InstanceStatus> current = new HashSet<>();
    for (InstanceStatus status : instances) {
      current.add(status);
    }
    return current.equals(names.keySet());
  }

  /** Registers beans of new instances, and removes those of dropped instances. */
  void update(Iterable<InstanceStatus> instances) {
    Set<InstanceStatus> current = new HashSet<>();
    Map<String, Integer> identitiesOfInstance = new HashMap<>();
    for (InstanceStatus status : instances) {
      current.add(status);
      int number = identitiesOfInstance.merge(status.instance(), 1, Integer::sum);
      if (!names.containsKey(status)) {
        register(status, number);
      }
    }
    Iterator<Map.Entry<InstanceStatus, ObjectName>> each = names.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<InstanceStatus, ObjectName> bean = each.next();
      if (!current.contains(bean.getKey())) {
        each.remove();
        unregister(bean.getValue());
      }
    }
  }

  /**
   * Registers a bean under the first free number of its instance.
   *
   * @param first the number of the identity among those of the instance
   */
  private void register(InstanceStatus status, int first) {
    try {
      ObjectName name = name(status, first);
      for (int number = first + 1; names.containsValue(name); number++) {
        name = name(status, number);
      }
      // before the registration, so that a failure is not retried: the name is taken
      names.put(status, name);
      server.registerMBean(
          new StandardMBean(new InstanceBean(status), InstanceMXBean.class, true), name);
      about(status).debug(status.instance() + ": registered with JMX as " + name);
    } catch (JMException e) {
      about(status)
          .warn(ErrorCode.JMX_FAILED, status.instance() + " cannot be registered with JMX: " + e);
    }
  }

  private Log about(InstanceStatus status) {
    return log.about(null, status.instance());
  }

  private static ObjectName name(InstanceStatus status, int number) throws JMException {
    return new ObjectName(
        NAME + ObjectName.quote(status.instance()) + (number == 1 ? "" : ",identity=" + number));
  }

  private void unregister(ObjectName name) {
    try {
      server.unregisterMBean(name);
    } catch (JMException e) {
      log.debug(name + " was unregistered from JMX by other code: " + e);
    }
  }
}
