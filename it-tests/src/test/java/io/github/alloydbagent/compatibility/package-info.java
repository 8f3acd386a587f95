/** Compares published software that uses drivers with the agent and without it. */
@NullMarked
package io.github.alloydbagent.compatibility;

import org.jspecify.annotations.NullMarked;
