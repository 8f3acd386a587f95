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
 * A driver to be checked, or to be written about.
 *
 * @param artifact under which it was published, without the version
 * @param version with what the artifact has of them, such as {@code jre7} or {@code jdbc4}
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

  /** Every driver that the build has fetched for all versions, and two that are put together. */
  static List<CheckedDriver> all() {
    CheckedDriver wrapper = of(Built.drivers("wrapper").get(0));
    List<Path> wrapped = List.of(wrapper.jars.get(0), Built.newestDriver());
    return with(
        Built.drivers("all"),
        new CheckedDriver(wrapper.artifact, wrapper.version, wrapped),
        relocated());
  }

  /** A sample of all, without the wrapper: it waits for half a minute where a host is not there. */
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

  /** For the program {@code DriverChecks}. */
  String argument() {
    return name()
        + "="
        + jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }
}
