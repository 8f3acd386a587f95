package io.github.alloydbagent.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.bench.BenchPlan.Workload;
import io.github.alloydbagent.jvm.Jdk;
import org.junit.jupiter.api.Test;

class BenchPlanTest {
  @Test
  void measuresEverythingByDefault() {
    BenchPlan plan = BenchPlan.of("", "", "");
    assertThat(plan.rounds()).isEqualTo(3);
    assertThat(plan.workloads()).containsExactly(Workload.values());
    assertThat(plan.jdks()).isNotEmpty().isSubsetOf(Jdk.present());
  }

  @Test
  void measuresSelectedParts() {
    String running = String.valueOf(Jdk.running().version());
    BenchPlan plan = BenchPlan.of(running, "7", "ping, first");
    assertThat(plan.jdks()).hasSize(1);
    assertThat(plan.rounds()).isEqualTo(7);
    assertThat(plan.workloads()).containsExactly(Workload.FIRST, Workload.PING);
    assertThat(plan.has(Workload.HOLD, Workload.PING)).isTrue();
    assertThat(plan.has(Workload.HOLD)).isFalse();
    assertThat(plan.isWhole()).as("complete enough for the page").isFalse();
    assertThat(Sessions.tasks(plan)).containsExactly("first", "ping:4000");
  }

  @Test
  void warmsUpIfNoOtherWorkloadDoes() {
    assertThat(Sessions.tasks(BenchPlan.of("", "", "storm")))
        .containsExactly("warm:200", "storm:16:240");
    assertThat(Sessions.tasks(BenchPlan.of("", "", "storm,hold")))
        .containsExactly("hold:200", "storm:16:240");
  }

  @Test
  void reportsInvalidValues() {
    assertThatThrownBy(() -> BenchPlan.of("", "", "first,strom"))
        .hasMessage(
            "-Dbench.workloads: there is no \"strom\" among unused, first, connect, storm, ping,"
                + " bulk, hold, many, hour");
    assertThatThrownBy(() -> BenchPlan.of("", "0", ""))
        .hasMessage("-Dbench.rounds: \"0\" is not a number from 1 to 999");
    assertThatThrownBy(() -> BenchPlan.of("9", "", ""))
        .hasMessage("-Dbench.jdks: \"9\" is not among [8, 11, 17, 21, 25]");
    assertThatThrownBy(() -> BenchPlan.of("eight", "", ""))
        .hasMessage("-Dbench.jdks: \"eight\" is not a number from 1 to 999");
  }
}
