/** Clocks, deadlines and jitter. Depends on nothing. */
@NullMarked
package io.github.alloydbagent.time;

import org.jspecify.annotations.NullMarked;
