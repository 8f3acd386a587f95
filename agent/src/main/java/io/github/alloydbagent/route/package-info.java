/** Which host is which instance. Depends on nothing. */
@NullMarked
package io.github.alloydbagent.route;

import org.jspecify.annotations.NullMarked;
