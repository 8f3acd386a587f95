/** Replaces java.util.logging in the bundled libraries, because an agent must not initialize it. */
@NullMarked
package io.github.alloydbagent.log.jul;

import org.jspecify.annotations.NullMarked;
