/** Clocks, deadlines, cancellation and jitter. Depends on no other package. */
@NullMarked
package io.github.alloydbagent.time;

import org.jspecify.annotations.NullMarked;
