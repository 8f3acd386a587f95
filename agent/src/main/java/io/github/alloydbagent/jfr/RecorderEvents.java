package io.github.alloydbagent.jfr;

import io.github.alloydbagent.status.EventKind;
import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Defines the agent's event types with the flight recorder of this JVM, through reflection. */
final class RecorderEvents {
  private static final String PACKAGE = "jdk.jfr.";

  private static @Nullable RecorderEvents shared;

  private final Method newEvent;
  private final Method isEnabled;
  private final Method begin;
  private final Method set;
  private final Method commit;
  private final Map<EventKind, Object> factories = new EnumMap<>(EventKind.class);

  private RecorderEvents() throws ReflectiveOperationException {
    Class<?> factory = type("EventFactory");
    Class<?> event = type("Event");
    this.newEvent = factory.getMethod("newEvent");
    this.isEnabled = event.getMethod("isEnabled");
    this.begin = event.getMethod("begin");
    this.set = event.getMethod("set", int.class, Object.class);
    this.commit = event.getMethod("commit");
    Method create = factory.getMethod("create", List.class, List.class);
    for (EventKind kind : EventKind.values()) {
      factories.put(kind, create.invoke(null, annotations(kind), fields(kind)));
    }
  }

  /** Returns the only instance: event types that are defined twice would be shown twice. */
  static RecorderEvents shared() throws ReflectiveOperationException {
    synchronized (RecorderEvents.class) {
      RecorderEvents known = shared;
      if (known == null) {
        known = new RecorderEvents();
        shared = known;
      }
      return known;
    }
  }

  @Nullable Object begin(EventKind kind) throws ReflectiveOperationException {
    Object event = newEvent.invoke(factories.get(kind));
    if (!(Boolean) isEnabled.invoke(event)) {
      return null;
    }
    begin.invoke(event);
    return event;
  }

  void end(Object event, Object... values) throws ReflectiveOperationException {
    for (int i = 0; i < values.length; i++) {
      set.invoke(event, i, values[i]);
    }
    commit.invoke(event);
  }

  private static List<Object> annotations(EventKind kind) throws ReflectiveOperationException {
    List<Object> annotations = new ArrayList<>();
    annotations.add(annotation("Category", new String[] {"AlloyDB Agent"}));
    annotations.add(annotation("StackTrace", false));
    switch (kind) {
      case CONNECT:
        annotations.add(annotation("Name", "io.github.alloydbagent.Connect"));
        annotations.add(annotation("Label", "Connect"));
        annotations.add(annotation("Description", "The opening of a connection to a mapped host"));
        break;
      case REFRESH:
        annotations.add(annotation("Name", "io.github.alloydbagent.Refresh"));
        annotations.add(annotation("Label", "Refresh"));
        annotations.add(annotation("Description", "Connection info fetched from the Admin API"));
        break;
      case TUNNEL_CLOSED:
        annotations.add(annotation("Name", "io.github.alloydbagent.TunnelClosed"));
        annotations.add(annotation("Label", "Tunnel Closed"));
        annotations.add(annotation("Description", "The end of a tunnel"));
        break;
    }
    return annotations;
  }

  private static List<Object> fields(EventKind kind) throws ReflectiveOperationException {
    List<Object> fields = new ArrayList<>();
    fields.add(field(String.class, "instance", "Instance"));
    switch (kind) {
      case CONNECT:
        fields.add(field(String.class, "host", "Host"));
        fields.add(field(String.class, "address", "Address"));
        fields.add(field(String.class, "ipType", "IP Type"));
        fields.add(field(String.class, "failedStage", "Failed Stage"));
        fields.add(field(String.class, "error", "Error"));
        fields.add(timespan("credentials", "Credentials", "NANOSECONDS"));
        fields.add(timespan("adminApi", "Admin API", "NANOSECONDS"));
        fields.add(timespan("tcp", "TCP", "NANOSECONDS"));
        fields.add(timespan("tls", "TLS", "NANOSECONDS"));
        fields.add(timespan("metadataExchange", "Metadata Exchange", "NANOSECONDS"));
        break;
      case REFRESH:
        fields.add(field(String.class, "error", "Error"));
        fields.add(
            field(
                long.class,
                "certificateEnd",
                "Certificate End",
                annotation("Timestamp", "MILLISECONDS_SINCE_EPOCH")));
        break;
      case TUNNEL_CLOSED:
        fields.add(timespan("open", "Open", "MILLISECONDS"));
        fields.add(
            field(
                long.class, "bytesReceived", "Bytes Received", annotation("DataAmount", "BYTES")));
        fields.add(field(long.class, "bytesSent", "Bytes Sent", annotation("DataAmount", "BYTES")));
        break;
    }
    return fields;
  }

  private static Object timespan(String name, String label, String unit)
      throws ReflectiveOperationException {
    return field(long.class, name, label, annotation("Timespan", unit));
  }

  private static Object field(Class<?> type, String name, String label, Object... more)
      throws ReflectiveOperationException {
    List<Object> annotations = new ArrayList<>();
    annotations.add(annotation("Label", label));
    Collections.addAll(annotations, more);
    Constructor<?> constructor =
        type("ValueDescriptor").getConstructor(Class.class, String.class, List.class);
    return constructor.newInstance(type, name, annotations);
  }

  private static Object annotation(String name, Object value) throws ReflectiveOperationException {
    return type("AnnotationElement")
        .getConstructor(Class.class, Object.class)
        .newInstance(type(name).asSubclass(Annotation.class), value);
  }

  private static Class<?> type(String name) throws ClassNotFoundException {
    return Class.forName(PACKAGE + name, true, null);
  }
}
