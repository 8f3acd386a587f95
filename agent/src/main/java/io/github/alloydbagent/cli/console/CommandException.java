package io.github.alloydbagent.cli.console;

/** Reports that a command failed; the message is printed for the user. */
public final class CommandException extends Exception {
  private static final long serialVersionUID = 1L;

  public CommandException(String message) {
    super(message);
  }
}
