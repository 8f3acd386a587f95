package io.github.alloydbagent.compatibility;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.JvmResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Another agent, as published and set up as its manual says, and what it tells of a program. */
interface Neighbour extends AutoCloseable {

  /**
   * What puts it on a JVM. What it tells from now on is of that one.
   *
   * @param directory where it may write
   */
  List<String> flags(Path directory);

  /** What it tells of the program that has ended, in an order of its own that never varies. */
  List<String> told(JvmResult result) throws IOException;

  /** The lines that it wrote where the program wrote, without those that {@link #told} has. */
  default String log(JvmResult result) {
    return result.out() + result.err();
  }

  @Override
  default void close() {}

  /** The jar of one, which {@code applications/neighbours} has fetched. */
  static Path jar(String artifact) {
    Path agents = Built.application("neighbours").resolve("agents");
    try (Stream<Path> jars = Files.list(agents)) {
      return jars.filter(jar -> jar.getFileName().toString().startsWith(artifact + "-"))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("no " + artifact + " in " + agents));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its version. */
  static String version(String artifact) {
    return jar(artifact)
        .getFileName()
        .toString()
        .substring(artifact.length() + 1)
        .replaceFirst("(-runtime)?\\.jar$", "");
  }
}
