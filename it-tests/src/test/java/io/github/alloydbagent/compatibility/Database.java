package io.github.alloydbagent.compatibility;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What an application is told of its database. It has a mapped host's name and the agent's flag, or
 * neither of them; in all else it is configured alike.
 *
 * @param jvmFlags for its JVM: the agent, or nothing
 * @param environment for its JVM: the agent's settings, or nothing
 * @param directory a new one, to write into
 */
record Database(
    String host, int port, List<String> jvmFlags, Map<String, String> environment, Path directory) {

  static final String NAME = "postgres";
  static final String USER = "app";
  static final String PASSWORD = "secret";

  /** The URL, without user and password. */
  String url() {
    return "jdbc:postgresql://" + host + ":" + port + "/" + NAME;
  }

  boolean isTunnelled() {
    return !jvmFlags.isEmpty();
  }

  /** The flags in one text, for variables such as {@code JAVA_OPTS}. */
  String jvmOptions() {
    return String.join(" ", jvmFlags);
  }
}
