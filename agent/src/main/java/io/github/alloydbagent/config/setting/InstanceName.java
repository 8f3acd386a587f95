package io.github.alloydbagent.config.setting;

import org.jspecify.annotations.Nullable;

/** The name of an AlloyDB instance in the Admin API. */
public final class InstanceName {

  public static final String FORM =
      "projects/PROJECT/locations/LOCATION/clusters/CLUSTER/instances/INSTANCE";

  private static final String[] COLLECTIONS = {"projects", "locations", "clusters", "instances"};
  private static final String[] IDS = {"project", "location", "cluster", "instance"};

  private final String project;
  private final String location;
  private final String cluster;
  private final String instance;
  private final String clusterUri;
  private final String uri;

  private InstanceName(String[] ids) {
    this.project = ids[0];
    this.location = ids[1];
    this.cluster = ids[2];
    this.instance = ids[3];
    this.clusterUri = "projects/" + project + "/locations/" + location + "/clusters/" + cluster;
    this.uri = clusterUri + "/instances/" + instance;
  }

  /**
   * Parses {@code projects/p/locations/l/clusters/c/instances/i}, optionally after {@code
   * //alloydb.googleapis.com/} or {@code https://alloydb.googleapis.com/v1/} (or another version),
   * as Google's tools print it. A project may have a domain: {@code example.com:proj}.
   *
   * @throws IllegalArgumentException if the text has another form; the message says which part is
   *     invalid
   */
  public static InstanceName parse(String text) {
    String path = stripService(text);
    String[] ids = new String[IDS.length];
    int position = 0;
    for (int i = 0; i < IDS.length; i++) {
      String collection = part(path, position);
      if (!collection.equals(COLLECTIONS[i])) {
        throw new IllegalArgumentException(
            mismatch(collection, "where " + COLLECTIONS[i] + "/ is expected", path, position));
      }
      position += collection.length() + 1;
      String id = part(path, position);
      if (id.isEmpty()) {
        throw new IllegalArgumentException("its " + IDS[i] + " is missing");
      }
      check(id, i);
      ids[i] = id;
      position += id.length() + 1;
    }
    if (position <= path.length()) {
      throw new IllegalArgumentException(
          "after the instance, it has " + SettingsErrors.quoted(path.substring(position - 1)));
    }
    return new InstanceName(ids);
  }

  /** Returns whether the text is a project: {@code projects/p}. */
  static boolean isProject(String text) {
    try {
      parse(text + "/locations/l/clusters/c/instances/i");
      return text.startsWith(COLLECTIONS[0] + "/") && text.indexOf('/') == text.lastIndexOf('/');
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String mismatch(String found, String where, String path, int position) {
    if (path.isEmpty()) {
      return "it is missing";
    }
    if (found.isEmpty() && position > 0) {
      return "nothing follows "
          + SettingsErrors.quoted(path.substring(0, position - 1))
          + " "
          + where;
    }
    return "it has " + SettingsErrors.quoted(found) + " " + where;
  }

  private static String stripService(String text) {
    String service = "//alloydb.googleapis.com/";
    if (text.startsWith(service)) {
      return text.substring(service.length());
    }
    if (text.startsWith("https:" + service)) {
      String path = text.substring("https:".length() + service.length());
      int slash = path.indexOf('/');
      return path.startsWith("v") && slash > 0 ? path.substring(slash + 1) : path;
    }
    return text;
  }

  private static String part(String path, int from) {
    if (from > path.length()) {
      return "";
    }
    int slash = path.indexOf('/', from);
    return slash < 0 ? path.substring(from) : path.substring(from, slash);
  }

  private static void check(String id, int kind) {
    if (id.charAt(0) == '.') { // in a URL path, "." and ".." would address another resource
      throw new IllegalArgumentException(
          "its " + IDS[kind] + " " + SettingsErrors.quoted(id) + " begins with a dot");
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean common = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
      boolean domain = kind == 0 && (c == '.' || c == ':');
      if (!common && !domain) {
        throw new IllegalArgumentException(
            "its "
                + IDS[kind]
                + " "
                + SettingsErrors.quoted(id)
                + " has a '"
                + SettingsErrors.printable(String.valueOf(c))
                + "' (only lower-case letters, digits and - are allowed)");
      }
    }
  }

  public String project() {
    return project;
  }

  public String location() {
    return location;
  }

  public String cluster() {
    return cluster;
  }

  public String instance() {
    return instance;
  }

  /** Returns the full name: {@code projects/p/locations/l/clusters/c/instances/i}. */
  public String uri() {
    return uri;
  }

  /** Returns the name of the cluster, which certificates are issued for. */
  public String clusterUri() {
    return clusterUri;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof InstanceName && uri.equals(((InstanceName) other).uri);
  }

  @Override
  public int hashCode() {
    return uri.hashCode();
  }

  @Override
  public String toString() {
    return uri();
  }
}
