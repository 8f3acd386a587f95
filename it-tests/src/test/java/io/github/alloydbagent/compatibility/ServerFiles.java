package io.github.alloydbagent.compatibility;

import io.github.alloydbagent.jvm.Built;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of a server: its distribution, and writable copies. */
final class ServerFiles {

  private ServerFiles() {}

  /**
   * Returns the unpacked distribution.
   *
   * @param module the module of {@code applications}
   * @param prefix the prefix of the directory's or file's name
   */
  static Path distribution(String module, String prefix) throws IOException {
    try (Stream<Path> files = Files.list(Built.application(module))) {
      List<Path> found =
          files.filter(each -> each.getFileName().toString().startsWith(prefix)).toList();
      if (found.size() != 1) {
        throw new IllegalStateException("expected exactly one " + prefix + " in " + found);
      }
      return found.get(0);
    }
  }

  /** Returns the part of the distribution's name after the prefix. */
  static String version(Path distribution, String prefix) {
    return distribution.getFileName().toString().substring(prefix.length());
  }

  /** Copies a directory or a file. */
  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path each : (Iterable<Path>) files::iterator) {
        Path copy = to.resolve(from.relativize(each).toString());
        if (!Files.isDirectory(copy)) {
          Files.copy(each, copy);
        }
      }
    }
  }

  /** Replaces the first occurrence of a text in a file, which must contain it. */
  static void replace(Path file, String text, String replacement) throws IOException {
    String before = Files.readString(file);
    int at = before.indexOf(text);
    if (at < 0) {
      throw new IllegalStateException(file + " has no " + text);
    }
    Files.writeString(
        file, before.substring(0, at) + replacement + before.substring(at + text.length()));
  }

  /** Returns the content of all logs in a directory. */
  static String logs(Path directory) throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path each : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        all.append(Files.readString(each));
      }
    }
    return all.toString();
  }
}
