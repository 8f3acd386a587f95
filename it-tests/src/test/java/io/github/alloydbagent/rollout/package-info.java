/** {@code docs/rollout.md} and its files, as people copy them. */
@NullMarked
package io.github.alloydbagent.rollout;

import org.jspecify.annotations.NullMarked;
