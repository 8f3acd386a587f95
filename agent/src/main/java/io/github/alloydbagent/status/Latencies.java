package io.github.alloydbagent.status;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** A histogram with fixed buckets, which takes no lock. Any thread. */
public final class Latencies {

  /**
   * The upper ends of the buckets but the last one, in milliseconds; among them those of Google's
   * Go connector, whose figures the Auth Proxy shows.
   */
  private static final long[] ENDS = {
    1, 2, 3, 5, 7, 10, 15, 25, 40, 60, 100, 150, 250, 350, 500, 700, 1000, 1500, 2000, 3000, 5000,
    10_000, 30_000
  };

  private final AtomicLongArray counts = new AtomicLongArray(ENDS.length + 1);
  private final LongAdder micros = new LongAdder();

  void add(long nanos) {
    int bucket = 0;
    while (bucket < ENDS.length && nanos > ENDS[bucket] * 1_000_000) {
      bucket++;
    }
    counts.incrementAndGet(bucket);
    micros.add(TimeUnit.NANOSECONDS.toMicros(nanos));
  }

  /** How many took so long at most. */
  public long countUpTo(long millis) {
    long count = 0;
    for (int bucket = 0; bucket < ENDS.length && ENDS[bucket] <= millis; bucket++) {
      count += counts.get(bucket);
    }
    return count;
  }

  public long count() {
    long count = 0;
    for (int bucket = 0; bucket < counts.length(); bucket++) {
      count += counts.get(bucket);
    }
    return count;
  }

  /** Of all together, in milliseconds. */
  public double sumMillis() {
    return micros.sum() / 1000.0;
  }

  /**
   * Milliseconds within which that share was done, interpolated within its bucket; 0 if there is
   * none yet, and the last end where it took longer.
   *
   * @param share between 0 and 1
   */
  public double percentile(double share) {
    double rank = share * count();
    double below = 0;
    for (int bucket = 0; rank > 0 && bucket < ENDS.length; bucket++) {
      long here = counts.get(bucket);
      if (here > 0 && below + here >= rank) {
        long start = bucket == 0 ? 0 : ENDS[bucket - 1];
        return start + (ENDS[bucket] - start) * (rank - below) / here;
      }
      below += here;
    }
    return rank > 0 ? ENDS[ENDS.length - 1] : 0;
  }
}
