package io.github.alloydbagent.cli.jvm;

import io.github.alloydbagent.cli.console.CommandException;
import java.util.Properties;
import picocli.CommandLine.Option;

/**
 * Whether to attach to a Java 8 JVM that has been attached to many times. Such a JVM passes every
 * class it loads to each agent that was ever attached, once per attach: loading a class took 64 us
 * at first, 67 us after ten attaches, 255 us after a hundred and 8,800 us after five hundred
 * (measured). JVMs of Java 11 and later do not do this.
 */
public final class AnywayOption {
  private static final long MAX_ATTACHES = 100;

  /** A system property that the agent sets in its JVM: how often a command attached. */
  private static final String ATTACH_COUNT_PROPERTY = Attach.STATE_PROPERTY + ".asked";

  @Option(
      names = "--anyway",
      description = "Attach even to a Java 8 JVM that has been attached to a hundred times.")
  private boolean anyway;

  /**
   * Fails if the JVM has been attached to too often.
   *
   * @param properties the system properties of the JVM
   * @param otherWay an alternative to suggest, as a sentence
   * @throws CommandException if the limit is reached and the option is not set
   */
  void requireAllowed(String name, Properties properties, String otherWay) throws CommandException {
    String attachCount = properties.getProperty(ATTACH_COUNT_PROPERTY, "");
    boolean isJava8 = properties.getProperty("java.specification.version", "").equals("1.8");
    if (isJava8
        && !anyway
        && attachCount.matches("[0-9]{1,9}")
        && Long.parseLong(attachCount) >= MAX_ATTACHES) {
      throw new CommandException(
          name
              + " was attached to "
              + attachCount
              + " times; on Java 8, each attach slows down class loading until the JVM ends. "
              + otherWay
              + " Or use --anyway.");
    }
  }
}
