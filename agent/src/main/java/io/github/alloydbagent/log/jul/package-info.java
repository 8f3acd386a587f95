/**
 * What the bundled libraries get in the place of java.util.logging, which an agent must not start.
 */
@NullMarked
package io.github.alloydbagent.log.jul;

import org.jspecify.annotations.NullMarked;
