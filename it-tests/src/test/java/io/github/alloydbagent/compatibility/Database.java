package io.github.alloydbagent.compatibility;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The database for an application. Either its host is mapped and the JVM has the agent, or neither;
 * all other configuration is equal.
 *
 * @param jvmFlags flags that add the agent, or none
 * @param environment environment variables with the agent's settings, or none
 * @param directory a new directory that the application may write to
 */
record Database(
    String host, int port, List<String> jvmFlags, Map<String, String> environment, Path directory) {

  static final String NAME = "postgres";
  static final String USER = "app";
  static final String PASSWORD = "secret";

  /** Returns the URL, without user and password. */
  String url() {
    return "jdbc:postgresql://" + host + ":" + port + "/" + NAME;
  }

  boolean isTunnelled() {
    return !jvmFlags.isEmpty();
  }

  /** Returns the flags as one text, for variables such as {@code JAVA_OPTS}. */
  String jvmOptions() {
    return String.join(" ", jvmFlags);
  }
}
