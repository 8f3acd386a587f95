package io.github.alloydbagent.status;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** A histogram of latencies with fixed buckets. Thread-safe without locks. */
public final class Latencies {

  /**
   * Upper bounds of all buckets but the last one, in milliseconds. They include those of Google's
   * Go connector, whose metrics the Auth Proxy exports.
   */
  private static final long[] BUCKET_ENDS_MILLIS = {
    1, 2, 3, 5, 7, 10, 15, 25, 40, 60, 100, 150, 250, 350, 500, 700, 1000, 1500, 2000, 3000, 5000,
    10_000, 30_000
  };

  private final AtomicLongArray counts = new AtomicLongArray(BUCKET_ENDS_MILLIS.length + 1);
  private final LongAdder micros = new LongAdder();

  void add(long nanos) {
    int bucket = 0;
    while (bucket < BUCKET_ENDS_MILLIS.length && nanos > BUCKET_ENDS_MILLIS[bucket] * 1_000_000) {
      bucket++;
    }
    counts.incrementAndGet(bucket);
    micros.add(TimeUnit.NANOSECONDS.toMicros(nanos));
  }

  /** Returns the number of latencies up to the given one. */
  public long countUpTo(long millis) {
    long count = 0;
    for (int bucket = 0;
        bucket < BUCKET_ENDS_MILLIS.length && BUCKET_ENDS_MILLIS[bucket] <= millis;
        bucket++) {
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

  public double sumMillis() {
    return micros.sum() / 1000.0;
  }

  /**
   * Returns a percentile in milliseconds, interpolated within its bucket: 0 without latencies, and
   * the last upper bound if the percentile is in the last bucket.
   *
   * @param share between 0 and 1
   */
  public double percentile(double share) {
    double rank = share * count();
    double below = 0;
    for (int bucket = 0; rank > 0 && bucket < BUCKET_ENDS_MILLIS.length; bucket++) {
      long here = counts.get(bucket);
      if (here > 0 && below + here >= rank) {
        long start = bucket == 0 ? 0 : BUCKET_ENDS_MILLIS[bucket - 1];
        return start + (BUCKET_ENDS_MILLIS[bucket] - start) * (rank - below) / here;
      }
      below += here;
    }
    return rank > 0 ? BUCKET_ENDS_MILLIS[BUCKET_ENDS_MILLIS.length - 1] : 0;
  }
}
