package io.github.alloydbagent.compatibility;

import io.github.alloydbagent.jvm.Built;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A driver to test or to document.
 *
 * @param artifact the published artifact, without the version
 * @param version the version, with any suffix, such as {@code jre7} or {@code jdbc4}
 */
record CheckedDriver(String artifact, String version, List<Path> jars) {

  private static final Pattern FILE = Pattern.compile("(.*?)-(\\d.*)\\.jar");

  static CheckedDriver of(Path jar) {
    Matcher parts = FILE.matcher(jar.getFileName().toString());
    if (!parts.matches()) {
      throw new IllegalArgumentException("no version in the name of " + jar);
    }
    return new CheckedDriver(parts.group(1), parts.group(2), List.of(jar));
  }

  /** Returns every driver that the build has fetched, and two that consist of several jars. */
  static List<CheckedDriver> all() {
    CheckedDriver wrapper = of(Built.drivers("wrapper").get(0));
    List<Path> wrapped = List.of(wrapper.jars.get(0), Built.newestDriver());
    return with(
        Built.drivers("all"),
        new CheckedDriver(wrapper.artifact, wrapper.version, wrapped),
        relocated());
  }

  /**
   * Returns a sample of the drivers, without the wrapper, which waits for half a minute if a host
   * does not exist.
   */
  static List<CheckedDriver> sample() {
    return with(Built.drivers("sample"), relocated());
  }

  private static CheckedDriver relocated() {
    return new CheckedDriver(
        "relocated postgresql", of(Built.newestDriver()).version, List.of(Built.relocatedDriver()));
  }

  private static List<CheckedDriver> with(List<Path> published, CheckedDriver... composed) {
    return Stream.concat(published.stream().map(CheckedDriver::of), Stream.of(composed)).toList();
  }

  String name() {
    return artifact + " " + version;
  }

  /** Returns the argument for the program {@code DriverChecks}. */
  String argument() {
    return name()
        + "="
        + jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }
}
