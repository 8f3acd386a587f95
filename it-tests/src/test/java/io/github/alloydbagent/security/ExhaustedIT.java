package io.github.alloydbagent.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Loads a driver while the stack or the heap is exhausted. The JVM may then skip or ignore the
 * agent, and reports that on standard error at most.
 *
 * <p>The remaining amount is varied in steps that suit the build; {@code -Dexhausted.step=1} tries
 * every amount.
 */
class ExhaustedIT {

  private static final int STEP = Integer.getInteger("exhausted.step", 10);

  private PlainTextServer server;

  @BeforeEach
  void start() throws Exception {
    server = new PlainTextServer();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 17, 21, 25})
  void protectsAStreamLoadedWithFewStackFramesLeft(int version) {
    scan(Jdk.require(version), "stack", "class", 240, 460, "-Xint");
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 17, 21, 25})
  void protectsAStreamLoadedWithLittleHeapLeft(int version) {
    scan(Jdk.require(version), "heap", "class", 8, 128, "-Xmx20m", "-XX:+UseSerialGC");
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 17, 21, 25})
  void protectsAConnectionWithFewStackFramesLeft(int version) {
    scan(Jdk.require(version), "stack", "connect", 440, 640, "-Xint");
  }

  private void scan(Jdk jdk, String resource, String what, int first, int last, String... flags) {
    // the range in which the JVM ignores the agent is wider for a whole connection attempt,
    // narrower for a heap
    int step =
        what.equals("connect") ? STEP : resource.equals("heap") ? Math.max(1, STEP / 2) : STEP;
    JvmResult result =
        Attacked.mistaken(Jvm.of(jdk).agent())
            .flags(flags)
            .classPath(Built.apps())
            .deadline(Duration.ofMinutes(5))
            .main(
                "apps.Exhausted",
                resource,
                what,
                String.valueOf(first),
                String.valueOf(last),
                String.valueOf(step),
                Built.newestDriver().toString(),
                server.url())
            .run()
            .checkSucceeded();
    List<String> rounds = new ArrayList<>();
    for (String line : result.outLines()) {
      if (line.startsWith("round ")) {
        rounds.add(line);
      }
    }
    assertThat(rounds).as(result.toString()).hasSize((last - first) / step + 1);
    // some rounds had too little left; otherwise nothing was exhausted
    assertThat(rounds).as(result.toString()).anyMatch(line -> !line.contains(": done THEN"));
    assertThat(rounds).noneMatch(line -> line.endsWith("connected"));
    assertThat(server.received()).as(result.toString()).isEmpty();
  }
}
