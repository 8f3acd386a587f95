/** Tests {@code docs/rollout.md} and its files as users copy them. */
@NullMarked
package io.github.alloydbagent.rollout;

import org.jspecify.annotations.NullMarked;
