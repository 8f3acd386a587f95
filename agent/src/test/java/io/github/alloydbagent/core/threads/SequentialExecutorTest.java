package io.github.alloydbagent.core.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class SequentialExecutorTest {
  private final Queue<Runnable> workers = new ArrayDeque<>();
  private final List<String> ran = new ArrayList<>();
  private final SequentialExecutor tasks = new SequentialExecutor(workers::add);

  @Test
  void usesAtMostOneThreadAndLetsOtherTasksRun() {
    tasks.execute(() -> ran.add("a"));
    tasks.execute(() -> ran.add("b"));
    workers.add(() -> ran.add("a call"));
    assertThat(workers).hasSize(2);
    while (!workers.isEmpty()) {
      workers.remove().run();
    }
    assertThat(ran).containsExactly("a", "a call", "b");
    tasks.execute(() -> ran.add("c"));
    workers.remove().run();
    assertThat(ran).endsWith("c");
    assertThat(workers).isEmpty();
  }

  @Test
  void runsTheNextTaskAfterOneThrows() {
    tasks.execute(
        () -> {
          throw new IllegalStateException("broken");
        });
    tasks.execute(() -> ran.add("next"));
    assertThatThrownBy(() -> workers.remove().run()).hasMessage("broken");
    workers.remove().run();
    assertThat(ran).containsExactly("next");
  }

  @Test
  void isUnchangedIfATaskIsRejected() {
    boolean[] full = {true};
    SequentialExecutor dials =
        new SequentialExecutor(
            task -> {
              if (full[0]) {
                throw new OutOfMemoryError("thrown by a test");
              }
              workers.add(task);
            });
    assertThatThrownBy(() -> dials.execute(() -> ran.add("lost")))
        .isInstanceOf(OutOfMemoryError.class);
    full[0] = false;
    dials.execute(() -> ran.add("a"));
    dials.execute(() -> ran.add("b"));
    dials.execute(() -> ran.add("c"));
    full[0] = true;
    workers.remove().run(); // the waiting task cannot be submitted either, and runs here
    assertThat(ran).containsExactly("a", "b", "c");
    full[0] = false;
    dials.execute(() -> ran.add("d"));
    workers.remove().run();
    assertThat(ran).endsWith("d");
  }

  /** The next task used to be lost, and all later ones with it. */
  @Test
  void continuesIfATaskThrowsAndTheNextIsRejected() {
    boolean[] full = {false};
    SequentialExecutor dials =
        new SequentialExecutor(
            task -> {
              if (full[0]) {
                throw new OutOfMemoryError("thrown by a test");
              }
              workers.add(task);
            });
    dials.execute(
        () -> {
          full[0] = true;
          throw new IllegalStateException("broken");
        });
    dials.execute(() -> ran.add("next"));
    assertThatThrownBy(() -> workers.remove().run()).hasMessage("broken");
    full[0] = false;
    dials.execute(() -> ran.add("later"));
    workers.remove().run();
    assertThat(ran).containsExactly("next", "later");
  }
}
