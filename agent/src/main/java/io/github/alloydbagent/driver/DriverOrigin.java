package io.github.alloydbagent.driver;

import java.net.URL;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import org.jspecify.annotations.Nullable;

/**
 * Identifies a driver by the name of its jar: {@code org.postgresql.core from
 * postgresql-42.7.14.jar}. The jars of published drivers contain the version in their name, also
 * when nested in another jar; reading more is not safe during class loading.
 */
final class DriverOrigin {

  private DriverOrigin() {}

  static String of(String className, @Nullable ProtectionDomain domain) {
    String name = className.replace('/', '.');
    String jar = domain == null ? null : jar(domain.getCodeSource());
    return jar == null ? name + " (from an unknown jar)" : name + " from " + jar;
  }

  private static @Nullable String jar(@Nullable CodeSource source) {
    URL location = source == null ? null : source.getLocation();
    if (location == null) {
      return null;
    }
    String path = location.toString();
    while (path.endsWith("/") || path.endsWith("!")) { // Spring Boot: jar:file:/a.jar!/b.jar!/
      path = path.substring(0, path.length() - 1);
    }
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
