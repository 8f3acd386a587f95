/** How it stands: the figures of each instance. Depends on nothing. */
@NullMarked
package io.github.alloydbagent.status;

import org.jspecify.annotations.NullMarked;
