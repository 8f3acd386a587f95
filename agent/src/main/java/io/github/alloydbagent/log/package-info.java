/** Logging, and throttling of repeated failures. */
@NullMarked
package io.github.alloydbagent.log;

import org.jspecify.annotations.NullMarked;
