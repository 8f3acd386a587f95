package io.github.alloydbagent.bench;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A way to connect the client program to the database.
 *
 * @param name the name in the tables
 * @param what a description in one sentence
 * @param url the URL of the database, with at least one parameter
 * @param password {@code -} for none
 * @param way a pattern for what {@code apps.Bench} prints about the server's view of the session
 * @param isBulk whether large amounts are transferred, too
 * @param setUp configures the JVM
 */
record Yardstick(
    String name,
    String what,
    String url,
    String user,
    String password,
    Passage passage,
    String way,
    boolean isBulk,
    Consumer<Jvm> setUp) {

  /** A small heap, and the collector whose heap size shows what is reachable. */
  static final List<String> FLAGS = List.of("-Xmx256m", "-XX:+UseSerialGC");

  /** Returns a JVM that runs the client program with these tasks. */
  Jvm jvm(Jdk jdk, List<String> tasks) {
    List<String> arguments = new ArrayList<>(List.of(url, user, password));
    arguments.addAll(tasks);
    // the driver precedes jars of the setup, which may contain another one
    Jvm jvm =
        Jvm.of(jdk)
            .flags(FLAGS.toArray(String[]::new))
            .classPath(Built.apps(), Built.newestDriver());
    setUp.accept(jvm);
    return jvm.main("apps.Bench", arguments.toArray(String[]::new));
  }
}
