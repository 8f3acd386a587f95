package io.github.alloydbagent.cli.check;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The steps of a check, as they come; for one thread. */
final class Steps {
  private final Consumer<String> progress;
  private final List<Step> done = new ArrayList<>();
  private String current = "";
  private long start;

  /**
   * @param progress told the name of each step that begins
   */
  Steps(Consumer<String> progress) {
    this.progress = progress;
  }

  void begin(String name) {
    current = name;
    start = System.nanoTime();
    progress.accept(name);
  }

  /** Goes back to a step that was done before, and forgets what came of it and those after it. */
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

  void well(String detail) {
    end(true, detail);
  }

  void failed() {
    end(false, "");
  }

  /** A step that is a fact more than a deed. */
  void note(String name, String detail) {
    done.add(new Step(name, true, Step.NO_TIME, detail));
  }

  List<Step> done() {
    return done;
  }

  private void end(boolean well, String detail) {
    done.add(new Step(current, well, (System.nanoTime() - start) / 1_000_000, detail));
  }
}
