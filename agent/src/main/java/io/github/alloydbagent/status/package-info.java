/**
 * Counters and states of each instance, recorded by connections and refreshes. Depends on nothing.
 */
@NullMarked
package io.github.alloydbagent.status;

import org.jspecify.annotations.NullMarked;
