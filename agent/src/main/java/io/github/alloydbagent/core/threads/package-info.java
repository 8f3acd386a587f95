/** The agent's threads: timer, worker pool, sequential executor. */
@NullMarked
package io.github.alloydbagent.core.threads;

import org.jspecify.annotations.NullMarked;
