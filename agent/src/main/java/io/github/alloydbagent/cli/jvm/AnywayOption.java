package io.github.alloydbagent.cli.jvm;

import io.github.alloydbagent.cli.console.CommandException;
import java.util.Properties;
import picocli.CommandLine.Option;

/**
 * Whether to attach to a JVM of Java 8 that has been attached to often. Such a one gives every
 * class that it loads to each agent that was ever attached, as often as it was: measured, loading a
 * class took 64 us at first, 67 after ten times, 255 after a hundred and 8,800 after five hundred.
 * Those of Java 11 and later do not.
 */
public final class AnywayOption {
  private static final long OFTEN = 100;

  /** A system property: how often it was done; the agent's JVM sets it. */
  private static final String ASKED = Attach.MARK + ".asked";

  @Option(
      names = "--anyway",
      description = "Also where it was done a hundred times before, on the same JVM of Java 8.")
  private boolean anyway;

  /**
   * @param properties the JVM's
   * @param otherWay what to do instead, as a sentence
   * @throws CommandException if that was too often
   */
  void check(String name, Properties properties, String otherWay) throws CommandException {
    String asked = properties.getProperty(ASKED, "");
    boolean keeps = properties.getProperty("java.specification.version", "").equals("1.8");
    if (keeps && !anyway && asked.matches("[0-9]{1,9}") && Long.parseLong(asked) >= OFTEN) {
      throw new CommandException(
          name
              + " was asked "
              + asked
              + " times, and on Java 8 each time makes it load classes more slowly until it ends. "
              + otherWay
              + " Or use --anyway.");
    }
  }
}
