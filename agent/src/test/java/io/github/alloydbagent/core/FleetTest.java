package io.github.alloydbagent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.core.Fleet.Outcome;
import io.github.alloydbagent.core.Fleet.Plan;
import io.github.alloydbagent.core.Fleet.Quota;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A mass restart. {@code -Dfleet.jvms=10000} prints the table of {@code docs/reliability.md};
 * {@code -Dfleet.seed} changes the seed.
 */
class FleetTest {
  private static final int FEW = 1_000;
  private static final int JVMS = Integer.getInteger("fleet.jvms", FEW);
  private static final long SEED = Long.getLong("fleet.seed", 1);

  /** Calls per minute for 10,000 JVMs; scaled down for fewer. */
  private static final long[] QUOTAS =
      JVMS > FEW
          ? new long[] {600, 2_000, 6_000, 15_000, 20_000, 60_000}
          : new long[] {6_000, 15_000, 60_000};

  @Test
  void servesEveryJvmInOneAndAHalfTimesTheIdeal() {
    assertHolds(plans(0), 1.5, 0);
  }

  /**
   * No JVM may call again before the end of Retry-After, so quota that becomes free earlier is
   * lost.
   */
  @Test
  void servesEveryJvmSoonAfterRetryAfter() {
    for (long retryAfter : new long[] {10_000, 30_000}) {
      assertHolds(plans(retryAfter), 1.5, 2.5 * retryAfter / 1_000);
    }
  }

  @Test
  void aSeedReplaysExactly() {
    Plan plan = new Plan(100, Quota.BUCKET, 100, 10_000, true, SEED);
    assertThat(new Fleet(plan).run().secondsOfJvms())
        .isEqualTo(new Fleet(plan).run().secondsOfJvms());
  }

  private static List<Plan> plans(long retryAfterMillis) {
    List<Plan> plans = new ArrayList<>();
    for (boolean waiting : new boolean[] {true, false}) {
      for (Quota quota : Quota.values()) {
        for (long calls : QUOTAS) {
          long scaled = calls * JVMS / 10_000;
          if (quota == Quota.BUCKET || retryAfterMillis <= 10_000) {
            plans.add(new Plan(JVMS, quota, scaled, retryAfterMillis, waiting, SEED));
          }
        }
      }
    }
    return plans;
  }

  private static void assertHolds(List<Plan> plans, double ratio, double moreSeconds) {
    List<Outcome> outcomes = plans.parallelStream().map(plan -> new Fleet(plan).run()).toList();
    for (Outcome outcome : outcomes) {
      if (JVMS > FEW) {
        System.out.println(outcome.row());
      }
      Plan plan = outcome.plan();
      double ideal = plan.idealSeconds();
      double more = plan.quota() == Quota.BUCKET ? moreSeconds : 0;
      assertThat(outcome.ratio(1) * ideal).as("%s", plan).isLessThan(ratio * ideal + more);
      // a JVM with a waiting connection calls about every 4 s, any other JVM every 22 s
      assertThat(outcome.meanRejected())
          .as("rejected calls of each JVM: %s", plan)
          .isLessThan(12 + ideal / (plan.waiting() ? 5 : 15));
    }
  }
}
