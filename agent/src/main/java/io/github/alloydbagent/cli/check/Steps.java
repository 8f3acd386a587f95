package io.github.alloydbagent.cli.check;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Records the steps of a check. Not thread-safe. */
final class Steps {
  private final Consumer<String> progress;
  private final List<Step> done = new ArrayList<>();
  private String current = "";
  private long startNanos;

  /**
   * Creates an empty list of steps.
   *
   * @param progress receives the name of each step when it begins
   */
  Steps(Consumer<String> progress) {
    this.progress = progress;
  }

  void begin(String name) {
    current = name;
    startNanos = System.nanoTime();
    progress.accept(name);
  }

  /** Returns to an earlier step, and discards its result and those of the later steps. */
  void beginAgain(String name) {
    for (int i = 0; i < done.size(); i++) {
      if (done.get(i).name.equals(name)) {
        done.subList(i, done.size()).clear();
      }
    }
    begin(name);
  }

  String current() {
    return current;
  }

  void succeeded(String detail) {
    end(true, detail);
  }

  void failed() {
    end(false, "");
  }

  /** Adds a step that only reports a fact. */
  void addFact(String name, String detail) {
    done.add(new Step(name, true, Step.NO_TIME, detail));
  }

  List<Step> done() {
    return done;
  }

  private void end(boolean isSuccessful, String detail) {
    done.add(new Step(current, isSuccessful, (System.nanoTime() - startNanos) / 1_000_000, detail));
  }
}
