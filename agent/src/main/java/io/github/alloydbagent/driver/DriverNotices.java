package io.github.alloydbagent.driver;

import io.github.alloydbagent.util.ErrorCode;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What was found while weaving, kept until the driver first calls a hook: an application may have
 * put anything behind the log's stream, and must not run inside class loading.
 */
public final class DriverNotices {

  private final Consumer<String> warnings;
  private final Consumer<String> details;
  private final Queue<Notice> waiting = new ConcurrentLinkedQueue<Notice>();

  /**
   * Notices for a log.
   *
   * @param warnings takes what an operator should know, each beginning with its code
   * @param details takes what helps to find out why, if asked for
   */
  public DriverNotices(Consumer<String> warnings, Consumer<String> details) {
    this.warnings = warnings;
    this.details = details;
  }

  void warning(ErrorCode code, String text) {
    waiting.add(new Notice(warnings, code.message(text)));
  }

  void detail(String text) {
    waiting.add(new Notice(details, text));
  }

  /** Logs what has been collected; outside of class loading only. */
  void tell() {
    for (@Nullable Notice next = waiting.poll(); next != null; next = waiting.poll()) {
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
