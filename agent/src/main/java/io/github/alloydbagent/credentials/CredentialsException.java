package io.github.alloydbagent.credentials;

import com.google.gson.stream.MalformedJsonException;
import io.github.alloydbagent.util.Coded;
import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Credentials that are not there, cannot be used, or give no token. */
public final class CredentialsException extends IOException implements Coded {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final boolean terminal;

  CredentialsException(
      ErrorCode code, String message, @Nullable Throwable cause, boolean terminal) {
    super(message, cause);
    this.code = code;
    this.terminal = terminal;
  }

  @Override
  public ErrorCode errorCode() {
    return code;
  }

  /** Whether trying again without a change is of no use. */
  public boolean isTerminal() {
    return terminal;
  }

  /** What went wrong, as a sentence; Gson's own explains how to program with it. */
  static String found(Throwable e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof MalformedJsonException) {
        return "what was read is no JSON.";
      }
    }
    return ExceptionMessages.sentence(ExceptionMessages.of(e));
  }
}
