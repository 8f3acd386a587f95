/** Published software that uses drivers, with the agent and without it, compared. */
@NullMarked
package io.github.alloydbagent.compatibility;

import org.jspecify.annotations.NullMarked;
