package io.github.alloydbagent.bench;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One way from the client program to the database.
 *
 * @param name as tables have it
 * @param what it is, in a sentence
 * @param url of the database, with a parameter at least
 * @param password {@code -} for none
 * @param way as the server must see its sessions: a pattern for what {@code apps.Bench} prints
 * @param isBulk whether large amounts are carried over it, too
 * @param setUp what it takes on the JVM
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

  /** The heap is small, and the collector the one whose heap tells what is reachable. */
  static final List<String> FLAGS = List.of("-Xmx256m", "-XX:+UseSerialGC");

  /** The client program with these tasks. */
  Jvm jvm(Jdk jdk, List<String> tasks) {
    List<String> arguments = new ArrayList<>(List.of(url, user, password));
    arguments.addAll(tasks);
    // the driver before what the setup brings, which may have one of its own
    Jvm jvm =
        Jvm.of(jdk)
            .flags(FLAGS.toArray(String[]::new))
            .classPath(Built.apps(), Built.newestDriver());
    setUp.accept(jvm);
    return jvm.main("apps.Bench", arguments.toArray(String[]::new));
  }
}
