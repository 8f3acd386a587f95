package io.github.alloydbagent.cli;

/** A command that could not do what it was asked for; the message is what people read. */
final class CommandException extends Exception {
  private static final long serialVersionUID = 1L;

  CommandException(String message) {
    super(message);
  }
}
