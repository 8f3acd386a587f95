package io.github.alloydbagent.driver;

import io.github.alloydbagent.util.ErrorCode;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects log messages during weaving and logs them when the driver first calls a hook. The log's
 * stream may lead to application code, which must not run during class loading.
 */
public final class DriverNotices {

  private final Consumer<String> warnings;
  private final Consumer<String> details;
  private final Queue<Notice> pending = new ConcurrentLinkedQueue<Notice>();

  /**
   * Creates notices that are logged later.
   *
   * @param warnings receives messages that an operator should know, each beginning with its code
   * @param details receives messages for troubleshooting
   */
  public DriverNotices(Consumer<String> warnings, Consumer<String> details) {
    this.warnings = warnings;
    this.details = details;
  }

  void warning(ErrorCode code, String text) {
    pending.add(new Notice(warnings, code.message(text)));
  }

  void detail(String text) {
    pending.add(new Notice(details, text));
  }

  /** Logs the collected messages. Must not be called during class loading. */
  void logAll() {
    for (@Nullable Notice next = pending.poll(); next != null; next = pending.poll()) {
      next.log.accept(next.text);
    }
  }

  private static final class Notice {
    final Consumer<String> log;
    final String text;

    Notice(Consumer<String> log, String text) {
      this.log = log;
      this.text = text;
    }
  }
}
