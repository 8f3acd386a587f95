package io.github.alloydbagent.compatibility;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.JvmResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Another agent, as published and configured as its manual describes, and what it reports about a
 * program.
 */
interface Neighbour extends AutoCloseable {

  /**
   * Returns the flags that add it to a JVM. Later reports are about that JVM.
   *
   * @param directory a directory that it may write to
   */
  List<String> flags(Path directory);

  /** Returns its report about the program that has exited, in a deterministic order. */
  List<String> told(JvmResult result) throws IOException;

  /** Returns the lines that it wrote to the program's output, except those in {@link #told}. */
  default String log(JvmResult result) {
    return result.out() + result.err();
  }

  @Override
  default void close() {}

  /** Returns the jar of an agent that {@code applications/neighbours} has fetched. */
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

  /** Returns the version of an agent. */
  static String version(String artifact) {
    return jar(artifact)
        .getFileName()
        .toString()
        .substring(artifact.length() + 1)
        .replaceFirst("(-runtime)?\\.jar$", "");
  }
}
