package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A program made with published libraries that does its work, prints what it did, and ends. */
final class ClassPathProgram {

  private final String name;
  private final Jdk jdk;
  private final List<String> flags = new ArrayList<>(List.of("-Xmx256m"));

  /**
   * @param name of the module below {@code applications}, which has the class {@code Main} in a
   *     package of this name without what follows the hyphen
   */
  ClassPathProgram(String name, Jdk jdk) {
    this.name = name;
    this.jdk = jdk;
  }

  ClassPathProgram flags(String... more) {
    flags.addAll(List.of(more));
    return this;
  }

  /**
   * Runs it to its end.
   *
   * @param printed all that it must have printed
   * @param more arguments after URL, user and password
   * @return its log
   */
  String run(Database database, String printed, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of(database.url(), Database.USER, Database.PASSWORD));
    arguments.addAll(List.of(more));
    JvmResult result =
        Jvm.of(jdk)
            .flags(database.jvmFlags().toArray(String[]::new))
            .flags(flags.toArray(String[]::new))
            .environment(database.environment())
            .directory(database.directory())
            .deadline(Duration.ofMinutes(5))
            .classPath(Built.applicationClassPath(name))
            .main(name.split("-")[0] + ".Main", arguments.toArray(String[]::new))
            .run()
            .checkSucceeded();
    assertThat(result.out()).as("printed by\n%s", result).isEqualTo(printed);
    return result.err();
  }

  /** Of a library that it was made with. */
  String version(String artifact) {
    return Built.applicationClassPath(name).stream()
        .map(Path::getFileName)
        .map(Path::toString)
        .filter(file -> file.matches(artifact + "-\\d.*\\.jar"))
        .map(file -> file.substring(artifact.length() + 1, file.length() - ".jar".length()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(name + " has no " + artifact));
  }
}
