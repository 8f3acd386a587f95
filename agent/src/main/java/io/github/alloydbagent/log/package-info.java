/** What the agent says. Depends on nothing. */
@NullMarked
package io.github.alloydbagent.log;

import org.jspecify.annotations.NullMarked;
