/** Puts the agent together: the only package that knows all others. */
@NullMarked
package io.github.alloydbagent.core;

import org.jspecify.annotations.NullMarked;
