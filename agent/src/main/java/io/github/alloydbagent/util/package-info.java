/** Text and future helpers that any package may use. Depends only on the JDK. */
@NullMarked
package io.github.alloydbagent.util;

import org.jspecify.annotations.NullMarked;
