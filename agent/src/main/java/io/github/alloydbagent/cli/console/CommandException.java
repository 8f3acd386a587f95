package io.github.alloydbagent.cli.console;

/** A command that could not do what it was asked for; the message is what people read. */
public final class CommandException extends Exception {
  private static final long serialVersionUID = 1L;

  public CommandException(String message) {
    super(message);
  }
}
