/** Discovers instances by listing projects, so that their own addresses need no mapping. */
@NullMarked
package io.github.alloydbagent.discovery;

import org.jspecify.annotations.NullMarked;
