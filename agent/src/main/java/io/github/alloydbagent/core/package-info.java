/** Puts the agent together: knows all others but {@code cli}. */
@NullMarked
package io.github.alloydbagent.core;

import org.jspecify.annotations.NullMarked;
