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

/** A program built with published libraries that does its work, prints the results, and exits. */
final class ClassPathProgram {

  private final String name;
  private final Jdk jdk;
  private final List<String> flags = new ArrayList<>(List.of("-Xmx256m"));

  /**
   * @param name the module below {@code applications}; its class {@code Main} is in a package with
   *     the module's name up to the hyphen
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
   * Runs the program until it exits.
   *
   * @param printed texts that the program must print
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

  /** Returns the version of a library that the program was built with. */
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
