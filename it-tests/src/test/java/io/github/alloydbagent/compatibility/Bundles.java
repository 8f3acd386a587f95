package io.github.alloydbagent.compatibility;

import io.github.alloydbagent.jvm.Built;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The bundles deployed to an OSGi framework: the driver, the service's interface, and a shop. */
final class Bundles {

  private Bundles() {}

  static List<Path> all() throws IOException {
    Path built = Built.application("felix");
    try (Stream<Path> published = Files.list(built.resolve("bundle"))) {
      return Stream.concat(published, Stream.of(built.resolve("shop.jar"))).sorted().toList();
    }
  }
}
