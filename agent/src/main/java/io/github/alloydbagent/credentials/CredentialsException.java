package io.github.alloydbagent.credentials;

import com.google.gson.stream.MalformedJsonException;
import io.github.alloydbagent.util.Coded;
import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Thrown if credentials are missing or unusable, or if no token can be fetched with them. */
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

  /** Returns whether a retry is useless until something is changed. */
  public boolean isTerminal() {
    return terminal;
  }

  /**
   * Returns the cause as a sentence. Gson's own messages are replaced: they address programmers.
   */
  static String describe(Throwable e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof MalformedJsonException) {
        return "the content is not JSON.";
      }
    }
    return ExceptionMessages.sentence(ExceptionMessages.of(e));
  }
}
