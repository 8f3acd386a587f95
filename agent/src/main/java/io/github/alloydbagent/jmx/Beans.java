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

/** The beans in the platform MBean server, one of each instance. For one thread at a time. */
final class Beans {
  private static final String NAME = "io.github.alloydbagent:type=Instance,name=";

  private final MBeanServer server;
  private final Log log;
  private final Map<InstanceStatus, ObjectName> names = new HashMap<>();

  private Beans(MBeanServer server, Log log) {
    this.server = server;
    this.log = log;
  }

  /** Those of the platform's server, or null if it is not among these. */
  static @Nullable Beans find(List<MBeanServer> servers, Log log) {
    for (MBeanServer server : servers) {
      if (isPlatforms(server)) {
        return new Beans(server, log);
      }
    }
    return null;
  }

  /** An application may have others, which lack the JVM's own beans. */
  private static boolean isPlatforms(MBeanServer server) {
    try {
      return server.isRegistered(new ObjectName("java.lang:type=Runtime"));
    } catch (JMException e) {
      throw new IllegalStateException(e); // the name is right
    }
  }

  /** Whether the beans are those of these instances; asks no server. */
  boolean areThose(Iterable<InstanceStatus> instances) {
    Set<InstanceStatus> there = new HashSet<>();
    for (InstanceStatus status : instances) {
      there.add(status);
    }
    return there.equals(names.keySet());
  }

  /** Registers what is new, and takes away what is gone. */
  void follow(Iterable<InstanceStatus> instances) {
    Set<InstanceStatus> there = new HashSet<>();
    Map<String, Integer> numbers = new HashMap<>();
    for (InstanceStatus status : instances) {
      there.add(status);
      int number = numbers.merge(status.instance(), 1, Integer::sum);
      if (!names.containsKey(status)) {
        register(status, number);
      }
    }
    Iterator<Map.Entry<InstanceStatus, ObjectName>> each = names.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<InstanceStatus, ObjectName> bean = each.next();
      if (!there.contains(bean.getKey())) {
        each.remove();
        unregister(bean.getValue());
      }
    }
  }

  /**
   * @param first the number that the identity has among those of the instance; the next one that is
   *     free is taken
   */
  private void register(InstanceStatus status, int first) {
    try {
      ObjectName name = name(status, first);
      for (int number = first + 1; names.containsValue(name); number++) {
        name = name(status, number);
      }
      // a failure is tried no more: somebody has taken the name
      names.put(status, name);
      server.registerMBean(
          new StandardMBean(new InstanceBean(status), InstanceMXBean.class, true), name);
      about(status).debug(status.instance() + ": can be seen through JMX as " + name);
    } catch (JMException e) {
      about(status)
          .warn(ErrorCode.JMX_FAILED, status.instance() + " cannot be shown through JMX: " + e);
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
      log.debug(name + " was taken out of JMX by somebody else: " + e);
    }
  }
}
