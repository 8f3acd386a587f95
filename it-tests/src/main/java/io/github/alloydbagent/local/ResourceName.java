package io.github.alloydbagent.local;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a cluster or an instance, or of a parent of them; {@code -} is a wildcard. A
 * domain-scoped project, {@code example.com:proj}, is one part.
 */
record ResourceName(String project, String location, String cluster, String instance) {
  private static final Pattern FORM =
      Pattern.compile(
          "projects/([^/]+)(?:/locations/([^/]+)(?:/clusters/([^/]+)(?:/instances/([^/]+))?)?)?");

  /** Parses a name; returns null if it is malformed. */
  static @Nullable ResourceName parse(String name) {
    Matcher form = FORM.matcher(name);
    return form.matches()
        ? new ResourceName(form.group(1), part(form, 2), part(form, 3), part(form, 4))
        : null;
  }

  /** Parses the name of a cluster. */
  static ResourceName ofCluster(String name) {
    ResourceName parsed = parse(name);
    if (parsed == null || parsed.cluster().isEmpty() || !parsed.instance().isEmpty()) {
      throw new IllegalArgumentException(
          "\"" + name + "\" is not a cluster; expected projects/P/locations/L/clusters/C");
    }
    return parsed;
  }

  private static String part(Matcher form, int group) {
    String part = form.group(group);
    return part == null ? "" : part;
  }

  String clusterName() {
    return "projects/" + project + "/locations/" + location + "/clusters/" + cluster;
  }

  ResourceName instance(String name) {
    return new ResourceName(project, location, cluster, name);
  }

  /** Returns whether this is a parent of the cluster. */
  boolean covers(ResourceName other) {
    return project.equals(other.project)
        && (location.equals("-") || location.equals(other.location))
        && (cluster.equals("-") || cluster.equals(other.cluster));
  }

  @Override
  public String toString() {
    StringBuilder name = new StringBuilder("projects/").append(project);
    append(name, "/locations/", location);
    append(name, "/clusters/", cluster);
    append(name, "/instances/", instance);
    return name.toString();
  }

  private static void append(StringBuilder name, String kind, String part) {
    if (!part.isEmpty()) {
      name.append(kind).append(part);
    }
  }
}
