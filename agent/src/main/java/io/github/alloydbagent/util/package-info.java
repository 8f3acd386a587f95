/** Text and future helpers that any package may use. Depends on the JDK alone. */
@NullMarked
package io.github.alloydbagent.util;

import org.jspecify.annotations.NullMarked;
